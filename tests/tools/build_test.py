"""build.sh and build_once.sh with stand-ins for CMake and Rust: when they configure, and what they do not go on after."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Says what it was called with; configuring leaves what CMake leaves.
CMAKE = """
echo "$@" >> "$HOME/cmake.log"
[ "$1" = --preset ] || exit 0
mkdir -p build
touch build/build.ninja
for word in "$@"; do
  case $word in -D*) echo "${word#-D}" ;; esac
done > build/CMakeCache.txt
"""


class BuildTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        shutil.copytree(ROOT / "tools", self.folder / "checkout/tools")
        (self.folder / "checkout/rust").mkdir()
        shutil.copy(ROOT / "rust/build_once.sh", self.folder / "checkout/rust")
        for source in ["wit", "tests/unit/wit/wit"]:
            (self.folder / "checkout" / source).mkdir(parents=True)

    def stand_in(self, name, script):
        path = self.folder / ".cargo/bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    def run_tool(self, *words, **environment):
        settings = {**os.environ, "HOME": str(self.folder), "CLOISTER_CACHE": str(self.folder / "cache"), **environment}
        if "LIBTORCH_ROOT" not in environment:
            settings.pop("LIBTORCH_ROOT", None)
        return subprocess.run([*map(str, words)], cwd=self.folder / "checkout", capture_output=True, text=True,
                              timeout=60, env=settings)

    def configured(self, **environment) -> bool:
        log = self.folder / "cmake.log"
        log.unlink(missing_ok=True)
        done = self.run_tool("tools/build.sh", "release", **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = log.read_text().splitlines()
        self.assertEqual(lines[-1], "--build build")
        return len(lines) == 2

    def test_configures_when_a_setting_is_another(self):
        self.stand_in("cmake", CMAKE)
        self.assertTrue(self.configured())
        self.assertFalse(self.configured())
        self.assertTrue(self.configured(LIBTORCH_ROOT="/own/torch"))
        self.assertFalse(self.configured(LIBTORCH_ROOT="/own/torch"))
        self.assertTrue(self.configured(LIBTORCH_ROOT="relative"))
        self.assertFalse(self.configured(LIBTORCH_ROOT="relative"))
        self.assertTrue(self.configured())
        self.assertTrue(self.configured(CLOISTER_CACHE="elsewhere"))

    def build_once(self):
        return self.run_tool("rust/build_once.sh", "release", "thing", self.folder / "out", "libthing.a")

    def test_builds_once_and_finds_rust_where_rustup_puts_it(self):
        self.stand_in("rustc", "echo rustc 1.95.0\n")
        self.stand_in("cargo", 'mkdir -p "$CARGO_TARGET_DIR/release"; echo code > "$CARGO_TARGET_DIR/release/libthing.a"\n')
        for _ in range(2):
            done = self.build_once()
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual((self.folder / "out/libthing.a").read_text(), "code\n")
            self.assertEqual(os.listdir(self.folder / "out"), ["libthing.a"])
            self.stand_in("cargo", "exit 1\n")
        (kept,) = (self.folder / "cache/rust/thing-release").glob("*/libthing.a")
        kept.write_text("cut")
        done = self.build_once()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{kept} is missing or was changed", done.stderr)
        self.assertIn(f"rm -r {kept.parent}", done.stderr)

    def test_a_compiler_that_does_not_work_stops_the_build(self):
        self.stand_in("rustc", "echo no toolchain >&2; exit 1\n")
        self.stand_in("cargo", "touch \"$HOME/was-run\"\n")
        done = self.build_once()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no toolchain", done.stderr)
        self.assertFalse((self.folder / "was-run").exists())


if __name__ == "__main__":
    unittest.main()
