"""`make install`, `make uninstall` and `make deb`: what they leave works from where it lies, and goes away again."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import COMPONENTS, PROGRAMS, WITH_TORCH, Case, Ended, backend

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKS_WITH = [name for name in ("empty", "hello") if WITH_TORCH or name == "empty"]


class Installed(Case):
    """A test with a tree to install into, which others use too."""

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.usr = self.tree / "usr/local"
        for path in ["share/man/man1/other.1", "lib/libother.so"]:
            (self.usr / path).parent.mkdir(parents=True, exist_ok=True)
            (self.usr / path).touch()

    def tool(self, name: str, *words: str, **variables) -> Ended:
        environment = {**os.environ, "BUILD": str(PROGRAMS.parent), "DESTDIR": str(self.tree), **variables}
        done = subprocess.run([ROOT / "tools" / name, *words], capture_output=True, check=False, timeout=600,
                              cwd=self.folder, env=environment)
        return Ended(done.returncode, done.stdout, done.stderr)

    def install(self, *words: str):
        ended = self.tool("install.sh", "/usr/local", *words)
        self.assertEqual((ended.code, ended.err), (0, ""), ended)

    def uninstall(self):
        ended = self.tool("uninstall.sh", "/usr/local")
        self.assertEqual((ended.code, ended.err), (0, ""), ended)

    def everything(self) -> list[str]:
        return sorted(str(path.relative_to(self.tree)) for path in self.tree.rglob("*"))

    def run_from(self, prefix: pathlib.Path, *words) -> Ended:
        """With nothing of this environment, so that nothing of the build is found by it."""
        done = subprocess.run([prefix / "bin/cloister", *map(str, words)], capture_output=True, check=False, timeout=120,
                              cwd=self.folder, env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"})
        return Ended(done.returncode, done.stdout, done.stderr)

    def assert_works(self, prefix: pathlib.Path):
        ended = self.run_from(prefix, "doctor")
        self.assertEqual(ended.code, 0, ended)
        if WITH_TORCH:
            self.assertRegex(ended.out.decode(), r"libtorch +ok ")
        for name in WORKS_WITH:
            ended = self.run_from(prefix, "run", prefix / f"share/cloister/components/{name}.wasm", *backend())
            self.assertEqual(ended.code, 0, ended)


class Install(Installed):
    def test_works_and_is_removed_exactly(self):
        before = self.everything()
        self.install()
        self.assert_works(self.usr)
        for path in ["share/man/man1/cloister.1", "share/bash-completion/completions/cloister",
                     "share/zsh/site-functions/_cloister", "share/fish/vendor_completions.d/cloister.fish"]:
            self.assertGreater((self.usr / path).stat().st_size, 100, path)
        self.assertEqual((self.usr / "bin/cloister").stat().st_mode & 0o777, 0o755)
        self.uninstall()
        self.assertEqual(self.everything(), before)

    def test_works_wherever_it_is_moved(self):
        self.install()
        moved = self.folder / "elsewhere"
        self.usr.rename(moved)
        self.assert_works(moved)

    def test_what_another_version_left_goes_and_what_others_put_stays(self):
        before = self.everything()
        self.install()
        share = self.usr / "share/cloister"
        (share / "old").mkdir()
        (share / "old/file").touch()
        record = share / "installed"
        record.write_text(record.read_text() + "share/cloister/old/file\nshare/cloister/old/\n")
        (self.usr / "bin/mine").touch()
        self.install()
        self.assertFalse((share / "old").exists())
        self.assert_works(self.usr)
        self.uninstall()
        self.assertEqual(self.everything(), sorted([*before, "usr/local/bin", "usr/local/bin/mine"]))

    def test_record_that_leads_elsewhere_is_refused(self):
        self.install()
        record = self.usr / "share/cloister/installed"
        safe = record.read_text()
        for path in ["../../mine", "/etc/mine", "share/../../mine", ""]:
            with self.subTest(path):
                record.write_text(f"{safe}{path}\n")
                ended = self.tool("uninstall.sh", "/usr/local")
                self.assertEqual(ended.code, 1, ended)
                self.assertIn("share/cloister/installed", ended.err)
                self.assertTrue((self.usr / "bin/cloister").exists())

    def test_mistakes_are_sentences_and_leave_nothing(self):
        before = self.everything()
        (self.folder / "empty-build").mkdir()
        for ended, *words in [
            (self.tool("uninstall.sh", "/usr/local"), "nothing of Cloister is installed", "usr/local"),
            (self.tool("install.sh"), "usage"),
            (self.tool("install.sh", "/usr/local", "move"), "'move'", "link", "copy"),
            (self.tool("install.sh", "/usr/local", BUILD=str(self.folder / "empty-build")), "make build"),
            (self.tool("make_deb.sh", BUILD=str(self.folder / "empty-build")), "make build"),
        ]:
            self.assertEqual((ended.code, ended.err.count("\n")), (1, 1), ended)
            for word in words:
                self.assertIn(word, ended.err)
        self.assertEqual(self.everything(), before)

    @unittest.skipUnless(shutil.which("clang++-22"), "clang 22 is not installed")
    def test_a_guest_is_built_with_the_installed_sdk(self):
        self.install()
        share = self.usr / "share/cloister"
        subprocess.run([ROOT / "tests/e2e/build_guest.sh", share, share / "sdk/examples/hello.cpp", "mine.wasm"],
                       check=True, timeout=120, cwd=self.folder,
                       env={**os.environ, "PATH": f"{self.usr / 'bin'}:{os.environ['PATH']}"})
        # The one of the build keeps its line tables; what they do is the same.
        inspected = self.run_from(self.usr, "inspect", "mine.wasm")
        self.assertEqual(inspected.code, 0, inspected)
        if WITH_TORCH:
            ours, built = (self.run_from(self.usr, "run", path, "--directory", folder)
                           for path, folder in [("mine.wasm", "one"), (COMPONENTS / "hello.wasm", "other")])
            self.assertEqual((ours.code, ours.out), (0, built.out))


class DebianPackage(Installed):
    def field(self, package: pathlib.Path, name: str) -> str:
        return subprocess.run(["dpkg-deb", "--field", package, name], capture_output=True, check=True,
                              timeout=60).stdout.decode().strip()

    @unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "dpkg-dev is not installed")
    def test_works_unpacked_and_needs_only_the_packages_it_names(self):
        ended = self.tool("make_deb.sh", str(self.folder))
        self.assertEqual((ended.code, ended.err), (0, ""), ended)
        [package] = self.folder.glob("cloister_*.deb")
        unpacked = self.folder / "unpacked"
        subprocess.run(["dpkg-deb", "--extract", package, unpacked], check=True, timeout=300)
        self.assert_works(unpacked / "usr")

        depends = {re.match(r"\S+", item)[0]: item for item in self.field(package, "Depends").split(", ")}
        self.assertRegex(depends["libc6"], r"libc6 \(>= 2\.\d+\)")
        for name in depends:
            self.assertNotRegex(name, r"-dev$|^clang|^rust|^g\+\+")
        for binary in [*unpacked.glob("usr/bin/*"), *unpacked.glob("usr/lib/**/*.so*")]:
            linked = subprocess.run(["ldd", binary], capture_output=True, check=True, timeout=60).stdout.decode()
            self.assertNotIn("not found", linked, binary)
            paths = {name: pathlib.Path(path) for name, path in re.findall(r"^\s*(\S+) => (/\S+)", linked, re.MULTILINE)}
            # What it names itself; what those need is the affair of their packages.
            dynamic = subprocess.run(["readelf", "--dynamic", binary], capture_output=True, check=True,
                                     timeout=60).stdout.decode()
            for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
                if name not in paths or paths[name].resolve().is_relative_to(unpacked):
                    continue
                # dpkg may know it by its path before /lib became /usr/lib.
                found = subprocess.run(["dpkg-query", "--search", f"*/{name}"], capture_output=True, check=True,
                                       timeout=60).stdout.decode()
                owners = set(re.findall(r"^([^:,\s]+)", found, re.MULTILINE))
                self.assertTrue(owners & depends.keys(), f"{binary}: {name} is of {owners}, not of {depends.keys()}")

        listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, check=True, timeout=120)
        self.assertNotRegex(listed.stdout.decode(), r"(?m)^.{10} (?!root/root)")
        self.assertNotRegex(listed.stdout.decode(), r"(?m)^.{5}w|^.{8}w")  # nobody else may write


if __name__ == "__main__":
    unittest.main()
