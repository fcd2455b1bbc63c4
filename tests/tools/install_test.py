"""install_dependencies.sh with stand-ins for Debian's tools and Rust: what it asks for, of whom, and in which words."""

import os
import pathlib
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "install_dependencies.sh"


class InstallTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.stand_in("rustc", "echo 'rustc 1.95.0 (a date)'")
        for name in ["cargo", "npm", "apt-get"]:
            self.stand_in(name, f"echo {name} \"$@\" >> '{self.folder}/log'")
        self.stand_in("id", "echo 1000")
        self.stand_in("rustup", "echo wasm32-wasip2")
        self.lacks()

    def stand_in(self, name, script):
        path = self.folder / ".cargo/bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def lacks(self, *packages):
        """dpkg knows every word of the script as an installed package, but not these."""
        words = "|".join(packages) or "none at all"
        self.stand_in("dpkg-query", f"grep -oE '[a-z0-9+.-]+' '{TOOL}' | grep -vxE '{words}' | sed 's/$/ ii /'")

    def run_tool(self, *words):
        return subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "HOME": str(self.folder), "CLOISTER_CACHE": str(self.folder / "cache")})

    def refuse(self, *parts, words=()):
        done = self.run_tool(*words)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def passes(self, *words):
        done = self.run_tool(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_nothing_is_done_when_all_is_there(self):
        self.passes("lint", "fuzz", "bench")
        self.assertFalse((self.folder / "log").exists())

    def test_who_may_not_install_gets_the_line(self):
        self.lacks("mold", "wasi-libc")
        self.refuse("run: sudo apt-get update && sudo apt-get install -y --no-install-recommends mold wasi-libc\n")
        self.assertFalse((self.folder / "log").exists())

    def test_root_installs(self):
        self.lacks("mold")
        self.stand_in("id", "echo 0")
        self.passes()
        self.assertEqual((self.folder / "log").read_text(), "apt-get install -y --no-install-recommends mold\n")

    def test_each_purpose_asks_for_its_own(self):
        self.lacks("clang-format-22", "libclang-rt-22-dev", "valgrind")
        self.passes()
        self.refuse("recommends clang-format-22\n", words=["lint"])
        self.refuse("recommends libclang-rt-22-dev\n", words=["fuzz"])
        self.refuse("recommends valgrind\n", words=["bench"])
        self.refuse("'speed' is none of lint, fuzz, bench", words=["speed"])

    def test_what_guests_in_rust_need_is_installed_or_named(self):
        self.stand_in("rustup", f"echo rustup \"$@\" >> '{self.folder}/log'; [ $1 != --quiet ]")
        self.assertIn("rustup target add wasm32-wasip2", self.run_tool().stdout)
        self.assertIn("rustup --quiet target add wasm32-wasip2", (self.folder / "log").read_text())

    def test_rust_that_is_missing_broken_or_old(self):
        self.stand_in("rustup", "exit 1")
        self.stand_in("rustc", "echo 'rustc 1.63.0'")
        self.refuse("Rust is 1.63.0, but 1.95", "run: rustup toolchain install stable && rustup default stable\n")
        self.stand_in("rustc", "exit 1")
        self.refuse("Rust is missing", "run: rustup toolchain install stable && rustup default stable\n")


if __name__ == "__main__":
    unittest.main()
