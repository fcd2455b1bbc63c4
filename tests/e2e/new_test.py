"""`cloister new`: projects that build with one command, against this checkout and against an installation."""

import os
import pathlib
import shutil
import subprocess
import unittest

from harness import COMMAND, COMPONENTS, Ended, backend, needs_torch
from install_test import Installed

CARGO = shutil.which("cargo") or shutil.which("cargo", path=pathlib.Path.home() / ".cargo/bin")
needs_clang = unittest.skipUnless(shutil.which("clang++-22"), "clang 22 is not installed")
needs_rust = unittest.skipUnless((COMPONENTS / "transfer_rust.wasm").is_file() and CARGO,
                                 "Rust's target wasm32-wasip2 is not installed")


class New(Installed):
    """Each project is made by a command, built as its README says, and run."""

    def made(self, command, name: str, language: str) -> pathlib.Path:
        done = subprocess.run([command, "new", name, "--lang", language], cwd=self.folder, capture_output=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""), Ended(done.returncode, done.stdout, done.stderr))
        for word in [name, "cd ", "cloister run"]:
            self.assertIn(word, done.stdout.decode())
        return self.folder / name

    def built(self, project: pathlib.Path, *command) -> Ended:
        done = subprocess.run(command, cwd=project, capture_output=True, timeout=800, check=False,
                              env={key: value for key, value in os.environ.items() if key != "MAKEFLAGS"})
        ended = Ended(done.returncode, done.stdout, done.stderr)
        self.assertEqual(ended.code, 0, ended)
        self.assertNotIn("warning", ended.err)
        return ended

    def assert_runs(self, command, project: pathlib.Path, component: str):
        done = subprocess.run([command, "run", component, *backend(), "--seed", "1", "--", "--steps", "300"], cwd=project,
                              capture_output=True, timeout=60, check=False)
        ended = Ended(done.returncode, done.stdout, done.stderr)
        self.assertEqual(ended.code, 0, ended)
        self.assertRegex(ended.out.decode(), r"^y = (2\.9|3\.0)\d x \+ (1\.9|2\.0)\d\n$")

    def cpp(self, command, name: str):
        project = self.made(command, name, "cpp")
        self.built(project, "make")
        self.assert_runs(command, project, f"{name}.wasm")
        self.assertIn("up to date", self.built(project, "make").out.decode())

    def rust(self, command, name: str):
        project = self.made(command, name, "rust")
        self.built(project, CARGO, "build", "--release", "--quiet")
        self.assert_runs(command, project, f"target/wasm32-wasip2/release/{name.replace('-', '_')}.wasm")

    @needs_clang
    @needs_torch
    def test_cpp_with_this_checkout(self):
        self.cpp(COMMAND, "first-steps")

    @needs_rust
    @needs_torch
    def test_rust_with_this_checkout(self):
        self.rust(COMMAND, "first-steps")

    @needs_clang
    @needs_torch
    def test_cpp_with_an_installation(self):
        self.install()
        self.cpp(self.usr / "bin/cloister", "second")

    @needs_rust
    @needs_torch
    def test_rust_with_an_installation(self):
        self.install()
        self.rust(self.usr / "bin/cloister", "second")

    def test_mistakes_are_sentences_and_leave_nothing(self):
        (self.folder / "there").mkdir()
        (self.folder / "file").touch()
        before = sorted(self.folder.rglob("*"))
        for words, *told in [(["there"], "'there'", "exists already"), (["file"], "'file'", "exists already"),
                             (["../up"], "'../up'", "a-z"), (["1st"], "'1st'"), (["Big"], "'Big'"), ([""], "''"),
                             (["x" * 65], "64"), (["match", "--lang", "rust"], "'match'", "Rust"),
                             (["cloister", "--lang", "rust"], "'cloister'"), (["mine", "--lang", "java"], "'java'", "rust"),
                             ([], "NAME"), (["one", "two"], "two")]:
            with self.subTest(words):
                self.assert_refused(self.cloister("new", *words), 2, *told)
        self.assertEqual(before, sorted(self.folder.rglob("*")))

    def test_needs_an_sdk(self):
        (self.folder / "bin").mkdir()
        shutil.copy(COMMAND, self.folder / "bin/cloister")
        done = subprocess.run([self.folder / "bin/cloister", "new", "mine"], cwd=self.folder, capture_output=True,
                              timeout=60, check=False)
        self.assert_refused(Ended(done.returncode, done.stdout, done.stderr), 6, "no SDK", "make install")
        self.assertFalse((self.folder / "mine").exists())


if __name__ == "__main__":
    unittest.main()
