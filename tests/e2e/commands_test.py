"""The other subcommands, usage, and the cache of compiled components."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

from harness import COMPONENTS, DATA, WITH_TORCH, Case, backend, component_that_imports, needs_torch


class Usage(Case):
    def test_mistakes(self):
        empty = COMPONENTS / "empty.wasm"
        for words, *parts in [
            ([], "subcommand"),
            (["fly"], "'fly'"),
            (["run"], "COMPONENT"),
            (["run", empty, "--fly"], "--fly"),
            (["run", empty, empty], "not expected"),
            (["run", empty, "--seed", "-1"], "--seed", "-1"),
            (["run", empty, "--seed", "x"], "--seed", "x"),
            (["run", empty, "--threads", "0"], "threads"),
            (["run", empty, "--device", "tpu"], "tpu", "cuda"),
            (["run", empty, "--backend", "jax"], "jax", "stub"),
            (["run", empty, "--grant", "train=x"], "train=x", "dataset:NAME=PATH"),
            (["run", empty, "--grant", "dataset:../x=y"], "../x"),
            (["run", empty, "--out", "a/b"], "a/b"),
            (["run", empty, "--limit", "patience=3"], "patience", "egress"),
            (["run", empty, "--limit", "time=soon"], "soon"),
            (["run", empty, "--deny", "metrics"], "metrics", "content-dependent"),
            (["run", empty, "--guest-cpu", "nope"], "nope", "x86-64-v3"),
            (["bench"], "subcommand", "cloister bench --help"),
            (["bench", "nope"], "'nope'", "cloister bench --help"),
            (["bench", "transfer", "--nope"], "--nope", "cloister bench transfer --help"),
            (["bench", "startup", "extra"], "extra", "cloister bench startup --help"),
            (["inspect"], "COMPONENT"),
            (["completion", "cmd"], "cmd", "bash"),
            (["cache", "sweep"], "'sweep'", "cloister cache --help"),
            (["cache", "--json", "clear"], "--json"),
            (["cache", "clear", "--all"], "--all", "cloister cache clear --help"),
            (["cache", "trim", "--max-size", "much"], "much", "512MiB"),
            (["cache", "trim", "--max-age", "30"], "'30'", "30d"),
        ]:
            with self.subTest(words):
                self.assert_refused(self.cloister(*words), 2, *parts)

    def test_help_has_an_example_everywhere(self):
        for words in [[], ["run"], ["inspect"], ["doctor"], ["completion"], ["cache"], ["cache", "clear"],
                      ["cache", "trim"], ["bench"], ["bench", "transfer"], ["bench", "boundary"], ["bench", "startup"]]:
            with self.subTest(words):
                text = self.help(*words)
                called = " ".join(["cloister", *words])
                self.assertIn(f"Usage: {called} [OPTIONS]", text)
                self.assertIn(called, text.split("\nExample")[1])
                self.assertLessEqual(max(map(len, text.splitlines())), 120)

    def help(self, *words) -> str:
        ended = self.cloister(*words, "--help")
        self.assertEqual(ended.code, 0, ended)
        return ended.out.decode()

    def test_help_of_run_tells_the_units_of_limits(self):
        for form in ["512MiB", "4GiB", "250ms", "30s", "5m", "2h"]:
            self.assertIn(form, self.help("run"))

    @needs_torch
    def test_example_of_run_works(self):
        if not (DATA / "mnist").is_dir():
            self.skipTest("MNIST was not fetched")
        for name in ["mnist", "efficientnet-lite0/efficientnet-lite0.safetensors"]:
            (self.folder / pathlib.Path(name).name).symlink_to(DATA / name)
        (self.folder / "transfer.wasm").symlink_to(COMPONENTS / "transfer.wasm")
        example = self.help("run").split("\nExample")[1].split("\n", 1)[1].replace("\\\n", " ").strip().split("\n")[0]
        words = example.split()
        self.assertEqual(words[:3], ["cloister", "run", "transfer.wasm"])
        ended = self.cloister(*words[1:], "--train-count", "16", "--test-count", "8")
        self.assertEqual(ended.code, 0, ended)
        self.assertTrue((self.folder / "runs/transfer-1/outputs/weights").is_file())

    def test_version(self):
        ended = self.cloister("--version")
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.out.decode(), r"^cloister \d+\.\d+\.\d+ \(wasmtime \d+\.\d+\.\d+\)\n$")

    def test_options_may_follow_the_component_or_precede_it(self):
        ended = self.cloister("run", "--limit", "time=1m", "--limit", "handles=5", COMPONENTS / "empty.wasm", *backend())
        self.assertEqual(ended.code, 0, ended)


class Inspect(Case):
    def inspect(self, name: str) -> dict:
        ended = self.cloister("inspect", COMPONENTS / f"{name}.wasm", "--json")
        self.assertEqual(ended.code, 0, ended)
        return json.loads(ended.out)

    def test_workload(self):
        found = self.inspect("transfer")
        self.assertTrue(found["workload"])
        self.assertEqual(sorted(found["grants"]), ["dataset", "model", "output"])
        self.assertTrue(all(item["known"] for item in found["imports"]))
        self.assertIn("run", [item["name"] for item in found["exports"]])
        self.assertEqual(found["bytes"], (COMPONENTS / "transfer.wasm").stat().st_size)

    def test_declared_grants(self):
        found = self.inspect("transfer")
        self.assertEqual([(item["kind"], item["name"], item["optional"]) for item in found["declared"]],
                         [("dataset", "train", False), ("dataset", "test", False), ("model", "backbone", True),
                          ("output", "weights", False)])
        self.assertIn("--grant dataset:test=PATH --grant model:backbone=PATH --out weights=PATH", found["run"])
        text = self.cloister("inspect", COMPONENTS / "transfer.wasm").out.decode()
        self.assertIn("declared by the author", text)
        self.assertIn(found["run"], text)

    def test_nothing_declared(self):
        self.assertIn(b"declares none", self.cloister("inspect", COMPONENTS / "misuse.wasm").out)
        found = self.inspect("misuse")
        self.assertEqual((found["declared"], found["run"]), ([], None))

    def test_job_stands_for_its_component(self):
        (self.folder / "job.toml").write_text(f'component = "{COMPONENTS / "empty.wasm"}"\n')
        ended = self.cloister("inspect", "job.toml", "--json")
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(json.loads(ended.out)["sha256"], self.inspect("empty")["sha256"])
        (self.folder / "job.toml").write_text("seed = 3\n")
        self.assert_refused(self.cloister("inspect", "job.toml"), 2, "job.toml", "component")

    def test_same_digest_as_the_record(self):
        self.run_guest("empty", "--directory", "run")
        self.assertEqual(self.inspect("empty")["sha256"], self.record()["component"]["sha256"])

    def test_unknown_import(self):
        (self.folder / "other.wasm").write_bytes(component_that_imports("escape"))
        ended = self.cloister("inspect", "other.wasm", "--json")
        self.assertEqual(ended.code, 0, ended)
        found = json.loads(ended.out)
        self.assertFalse(found["workload"])
        self.assertIn("escape", found["refusal"])
        self.assertEqual([(item["name"], item["known"]) for item in found["imports"]], [("escape", False)])

    def test_text(self):
        ended = self.cloister("inspect", COMPONENTS / "transfer.wasm")
        self.assertIn(b"workload   yes", ended.out)
        self.assertIn(b"known    cloister:ml/ops@", ended.out)


class Doctor(Case):
    def test_json(self):
        ended = self.cloister("doctor", "--json")
        found = json.loads(ended.out)
        self.assertEqual(ended.code, 0 if found["healthy"] else 6, ended)
        health = {finding["id"]: finding for finding in found["findings"]}
        self.assertLessEqual({"cpu", "memory", "wasmtime", "cache", "libtorch", "gpu", "tee", "tpm"}, health.keys())
        for finding in found["findings"]:
            self.assertIn(finding["health"], ["ok", "absent", "problem"])
            if finding["health"] == "problem":
                self.assertTrue(finding["way_out"])
        self.assertEqual(health["libtorch"]["health"], "ok" if WITH_TORCH else "absent")

    def test_broken_cache_is_a_problem_with_a_way_out(self):
        code = self.folder / "cache/code"
        code.mkdir(parents=True)
        code.chmod(0o777)
        ended = self.cloister("doctor", env={"CLOISTER_CACHE": str(self.folder / "cache")})
        self.assertEqual(ended.code, 6, ended)
        self.assertIn(b"chmod 700", ended.out)


class Completion(Case):
    def test_bash_completes(self):
        script = self.cloister("completion", "bash").out.decode()

        def complete(*words: str) -> list[str]:
            probe = f"{script}\nCOMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}\n" \
                    "_cloister; printf '%s\\n' \"${COMPREPLY[@]}\""
            return subprocess.run(["bash", "-c", probe], capture_output=True, check=True, timeout=30).stdout.decode().split()

        self.assertEqual(complete("cloister", "ins"), ["inspect"])
        self.assertIn("--grant", complete("cloister", "run", "--g"))
        self.assertNotIn("--guest-cpu", complete("cloister", "run", "--"))
        self.assertIn("startup", complete("cloister", "bench", ""))
        self.assertEqual(complete("cloister", "run", "x"), [])  # left to file names

    def test_other_shells_can_read_theirs(self):
        for shell in ["zsh", "fish"]:
            ended = self.cloister("completion", shell)
            self.assertEqual(ended.code, 0, ended)
            (self.folder / "script").write_bytes(ended.out)
            if shutil.which(shell):
                subprocess.run([shell, "-n", self.folder / "script"], check=True, timeout=30)


class Cache(Case):
    def setUp(self):
        super().setUp()
        self.environment = {"CLOISTER_CACHE": str(self.folder / "cache")}

    def run_empty(self, directory: str):
        return self.run_guest("empty", "--directory", directory, env=self.environment)

    def test_is_private_and_used(self):
        self.assertEqual(self.run_empty("one").code, 0)
        self.assertEqual(self.run_empty("two").code, 0)
        self.assertFalse(self.record("one")["from_cache"])
        self.assertTrue(self.record("two")["from_cache"])
        for path in [self.folder / "cache/code", *(self.folder / "cache/code").rglob("*")]:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_damaged_code_is_never_run(self):
        self.run_empty("one")
        for path in pathlib.Path(self.folder / "cache/code").rglob("*"):
            if path.is_file():
                raw = bytearray(path.read_bytes())
                raw[len(raw) // 2] ^= 1
                path.write_bytes(raw)
        ended = self.run_empty("two")
        self.assertEqual(ended.code, 0, ended)
        self.assertFalse(self.record("two")["from_cache"])

    def test_folder_of_others_is_refused(self):
        code = self.folder / "cache/code"
        code.mkdir(parents=True)
        code.chmod(0o777)
        self.assert_refused(self.run_empty("one"), 6, "cache/code")

    def list(self) -> dict:
        ended = self.cloister("cache", "--json", env=self.environment)
        self.assertEqual(ended.code, 0, ended)
        return json.loads(ended.out)

    def test_lists_and_clears(self):
        self.assertEqual(self.list(), {"directory": str(self.folder / "cache/code"), "bytes": 0, "entries": []})
        self.assertFalse((self.folder / "cache").exists())
        self.run_empty("one")
        [entry] = self.list()["entries"]
        self.assertEqual(self.list()["bytes"], entry["bytes"])
        [file] = self.folder.rglob("*.code")
        self.assertEqual((entry["digest"], entry["bytes"]), (file.stem, file.stat().st_size))
        self.assertGreaterEqual(entry["age_seconds"], 0)
        text = self.cloister("cache", env=self.environment).out.decode()
        self.assertIn("1 entry, ", text)
        self.assertIn(file.stem[:16], text)
        ended = self.cloister("cache", "clear", env=self.environment)
        self.assertIn(b"removed 1 entry, ", ended.out, ended)
        self.assertEqual(self.list()["entries"], [])
        self.assertEqual(self.run_empty("two").code, 0)
        self.assertFalse(self.record("two")["from_cache"])

    def test_trims_by_age_and_size_and_a_run_counts_as_use(self):
        self.run_empty("one")
        [file] = self.folder.rglob("*.code")
        os.utime(file, (0, 0))
        self.run_empty("two")
        self.assertTrue(self.record("two")["from_cache"])
        trim = ["cache", "trim", "--max-age", "1h"]
        self.assertIn(b"removed 0 entries", self.cloister(*trim, env=self.environment).out)
        os.utime(file, (0, 0))
        self.assertIn(b"removed 1 entry", self.cloister(*trim, env=self.environment).out)
        self.run_empty("three")
        trim = ["cache", "trim", "--max-size", "1KiB"]
        self.assertIn(b"removed 1 entry", self.cloister(*trim, env=self.environment).out)
        self.assertEqual(self.list()["entries"], [])

    def test_folder_of_others_is_not_looked_after(self):
        code = self.folder / "cache/code"
        code.mkdir(parents=True)
        code.chmod(0o777)
        entry = code / f"{'a' * 64}.code"
        entry.touch()
        for words in [[], ["clear"], ["trim"]]:
            with self.subTest(words):
                self.assert_refused(self.cloister("cache", *words, env=self.environment), 6, "cache/code", "chmod 700")
        self.assertTrue(entry.exists())

    def test_nowhere_to_be(self):
        nowhere = {"CLOISTER_CACHE": "", "XDG_CACHE_HOME": "", "HOME": ""}
        self.assert_refused(self.cloister("cache", env=nowhere), 6, "CLOISTER_CACHE")

    def test_folder_that_cannot_be_made(self):
        ended = self.run_guest("empty", "--directory", "one", env={"CLOISTER_CACHE": "/proc/none"})
        self.assert_refused(ended, 6, "/proc/none")


if __name__ == "__main__":
    unittest.main()
