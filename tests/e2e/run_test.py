"""A run that goes well, or fails as a workload may: its folder, its record, jobs, and the same bytes every time."""

import json
import os
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

from harness import (COMPONENTS, DATA, IMAGES, POOL, PROGRAMS, Case, backend, idx_images, needs_torch, png,
                     read_safetensors, transfer_flags)


class Directory(Case):
    def test_fresh_ones_count_up(self):
        for number in [1, 2]:
            self.assertEqual(self.run_guest("empty").code, 0)
            self.assertTrue((self.folder / f"runs/empty-{number}/run.json").is_file())

    def test_empty_workload_opens_no_backend(self):
        self.assertEqual(self.run_guest("empty", "--directory", "run").code, 0)
        self.assertIsNone(self.record()["engine"]["tensors"])

    def test_nothing_else_is_written(self):
        self.run_guest("empty", "--directory", "run")
        self.assertEqual(["job.toml", "metrics.jsonl", "run.json"], sorted(os.listdir(self.folder / "run")))
        self.assertEqual(["run"], os.listdir(self.folder))

    def test_unwritten_output_is_noted(self):
        ended = self.run_guest("empty", "--directory", "run", "--out", "weights=w")
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("weights", "\n".join(self.record()["notes"]))
        self.assertFalse(self.record()["outputs"][0]["written"])
        self.assertFalse((self.folder / "w").exists())


class Guest(Case):
    def test_arguments_pass_as_they_are(self):
        words = ["--seed", "", "a b", "--", "é", "-x=1"]
        ended = self.run_guest("echo_args", "--directory", "run", guest=words)
        self.assertEqual(ended.code, 0, ended)
        said = [line.removeprefix("arg ") for line in ended.out.decode().splitlines() if line.startswith("arg ")]
        self.assertEqual(said[-len(words):], words)
        self.assertEqual(self.record()["arguments"], words)

    def test_help_lists_the_arguments_and_leaves_nothing(self):
        ended = self.run_guest("transfer", guest=["--help"])
        self.assertEqual(ended.code, 0, ended)
        self.assertRegex(ended.out.decode(), r"--epochs N +passes of the training; default 100\n")
        self.assertEqual([], list(self.folder.glob("runs/*")))
        ended = self.run_guest("transfer", "--directory", "run", guest=["--epochs", "3", "--help"])
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(self.record()["status"], "ok")

    def test_arguments_beyond_what_it_can_take(self):
        most = ["x" * 32768] * 4 + [""] * 2044
        ended = self.run_guest("echo_args", "--directory", "run", guest=most)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertEqual(self.record()["arguments"], most)
        self.assert_refused(self.run_guest("echo_args", guest=["a", "x" * 32769]), 2, "argument 2", "32768")
        self.assert_refused(self.run_guest("echo_args", guest=["x"] * 2049), 2, "2049", "2048")

    def test_series_beyond_those_kept_are_noted(self):
        ended = self.run_guest("misuse", "--directory", "run", guest=["--case", "many-series"])
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(len(self.record()["metrics"]), 64)
        self.assertIn("64 series", self.record()["notes"][0])
        self.assertEqual(len((self.folder / "run/metrics.jsonl").read_text().splitlines()), 100)

    def test_missing_grants_are_named_at_once(self):
        self.assert_stopped(self.run_guest("transfer", "--directory", "run"), 3, "--grant dataset:train=PATH",
                            "--grant dataset:test=PATH", "--out weights=PATH", "--grant model:backbone=PATH")

    def test_environment_is_not_seen(self):
        ended = self.run_guest("echo_args", env={"SECRET": "hush"})
        self.assertNotIn(b"hush", ended.out)

    def test_returned_error(self):
        self.assert_stopped(self.misuse("returned-error"), 1, "failed as it was asked to")
        self.assertEqual(self.record()["status"], "failed")

    def test_exit_code(self):
        ended = self.misuse("exit-code")
        # WASI 0.2's exit carries success or failure, no number: the guest's exit(3) is a failure.
        self.assert_stopped(ended, 1, "exited with code 1")
        self.assertEqual(ended.out, b"leaving by exit\n")

    def test_exit_zero_is_success(self):
        self.assertEqual(self.misuse("exit-zero").code, 0)

    def test_what_was_saved_before_a_failure_stays(self):
        ended = self.misuse("save-then-fail", "--out", "first", "--out", "second")
        self.assert_stopped(ended, 1, "failed after the first output")
        tensors = read_safetensors(self.folder / "run/outputs/first")
        self.assertEqual([("F32", [4])], [entry[:2] for entry in tensors.values()])

    def test_messages_cannot_move_a_terminal(self):
        ended = self.misuse("terminal-escapes")
        self.assertEqual(ended.code, 1, ended)
        self.assertNotIn("\x1b", ended.err)

    def test_clocks_and_randomness_repeat(self):
        outs = {self.run_guest("misuse", "--seed", "5", guest=["--case", "clock-and-random"]).out for _ in range(2)}
        self.assertEqual(len(outs), 1)
        other = self.run_guest("misuse", "--seed", "6", guest=["--case", "clock-and-random"]).out
        self.assertNotIn(other, outs)


@needs_torch
class Transfer(Case):
    def setUp(self):
        super().setUp()
        self.train = idx_images(self.folder / "data", "train", 120)
        self.test = idx_images(self.folder / "data", "t10k", 40, seed=1)

    def transfer(self, directory: str, *flags, guest=("--epochs", "20", "--standardise")):
        ended = self.run_guest("transfer", *transfer_flags(self.train, self.test), "--out", "weights", "--directory",
                               directory, *flags, guest=[*POOL, *guest])
        self.assertEqual(ended.code, 0, ended)
        return ended

    def weights(self, directory: str) -> bytes:
        return (self.folder / directory / "outputs/weights").read_bytes()

    def test_record(self):
        ended = self.transfer("run", "--seed", "7", "--threads", "1", "--limit", "egress=1MiB")
        record = self.record()
        self.assertEqual(record["status"], "ok")
        self.assertEqual(record["seed"], 7)
        self.assertEqual(record["engine"]["threads"], 1)
        self.assertRegex(record["engine"]["tensors"], "torch")
        self.assertEqual(len(record["component"]["sha256"]), 64)
        self.assertEqual({grant["name"] for grant in record["grants"]}, {"train", "test"})
        for grant in record["grants"]:
            self.assertTrue(grant["used"])
            self.assertEqual(len(grant["sha256"]), 64)
        output = record["outputs"][0]
        self.assertEqual(output["bytes"], len(self.weights("run")))
        self.assertEqual(record["limits"]["egress"]["limit"], 1 << 20)
        self.assertGreater(record["limits"]["tensors"]["used"], 120 * 1280 * 4)
        self.assertGreater(record["egress"]["output"], 10 * 1280 * 4)
        self.assertEqual(record["egress"]["total"], sum(n for kind, n in record["egress"].items() if kind != "total"))
        self.assertIn("pre-computation", [phase["name"] for phase in record["phases"]])
        self.assertGreater(record["calls"]["autograd.backward"], 19)
        self.assertGreater(record["seconds"]["wall"], 0)
        self.assertIn(b"accuracy", ended.out)
        self.assertIn("results in run", ended.said[-1])

    def test_denied_operators(self):
        ended = self.run_guest("transfer", *transfer_flags(self.train, self.test), "--out", "weights", "--directory", "run",
                               "--deny", "content-dependent", guest=[*POOL, "--epochs", "2"])
        self.assert_stopped(ended, 3, "ops.cross-entropy", "--deny content-dependent")
        self.assertEqual(self.record()["denied"], ["content-dependent"])
        self.assertEqual(self.record()["egress"]["outcome"], 0)

    def test_metrics_and_plots(self):
        self.transfer("run")
        points = [json.loads(line) for line in (self.folder / "run/metrics.jsonl").read_text().splitlines()]
        losses = [point for point in points if point["series"] == "loss"]
        self.assertEqual(len(losses), 20)
        self.assertLess(losses[-1]["value"], losses[0]["value"])
        self.assertEqual(self.record()["metrics"]["loss"], {"points": 20, "last": losses[-1]["value"]})
        for plot in ["loss.svg", "metrics.svg"]:
            root = xml.etree.ElementTree.parse(self.folder / "run" / plot).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        self.assertIn("test-accuracy", (self.folder / "run/metrics.svg").read_text())

    def test_same_seed_same_bytes(self):
        guest = ["--epochs", "5", "--train-batch", "16"]
        self.transfer("one", "--seed", "3", "--threads", "2", guest=guest)
        self.transfer("two", "--seed", "3", "--threads", "2", guest=guest)
        self.transfer("other", "--seed", "4", "--threads", "2", guest=guest)
        self.assertEqual(self.weights("one"), self.weights("two"))
        self.assertNotEqual(self.weights("one"), self.weights("other"))
        for file in ["metrics.jsonl", "loss.svg"]:
            self.assertEqual((self.folder / "one" / file).read_bytes(), (self.folder / "two" / file).read_bytes())
        records = [self.record(name) for name in ["one", "two"]]
        self.assertEqual(records[0]["imports"], records[1]["imports"])
        self.assertEqual(records[0]["outputs"][0]["sha256"], records[1]["outputs"][0]["sha256"])

    def test_native_program_gives_the_same_bytes(self):
        for guest in [["--epochs", "20"], ["--epochs", "2", "--train-batch", "32", "--standardise"]]:
            with self.subTest(guest):
                self.transfer("run", "--seed", "9", "--threads", "1", guest=guest)
                native_transfer(self, "--train", self.train, "--test", self.test, "--seed", "9", *POOL, *guest)
                ours = read_safetensors(self.folder / "run/outputs/weights")
                self.assertEqual(ours, read_safetensors(self.folder / "native"))
                shutil.rmtree(self.folder / "run")

    def test_json(self):
        ended = self.transfer("run", "--json")
        self.assertEqual(json.loads(ended.out), self.record())
        self.assertIn("accuracy", ended.err)


def native_transfer(case: Case, *flags):
    """The same experiment outside the sandbox, its weights in the file `native`."""
    done = subprocess.run([PROGRAMS / "native_transfer", *map(str, flags), "--threads", "1", "--out", "native"],
                          cwd=case.folder, capture_output=True, timeout=150, check=False)
    case.assertEqual(done.returncode, 0, done.stderr)


@needs_torch
class RealImages(Case):
    """The network of the demo on 32 digits of MNIST: the sandbox changes no bit of what comes out."""

    def test_same_bytes_as_outside_and_better_than_chance(self):
        mnist, weights = DATA / "mnist", DATA / "efficientnet-lite0/efficientnet-lite0.safetensors"
        if not weights.is_file():
            self.skipTest("`make data` has not been run")
        train, test = mnist / "train-images-idx3-ubyte", mnist / "t10k-images-idx3-ubyte"
        guest = ["--backbone", "lite0", "--train-count", "32", "--test-count", "64", "--batch", "16", "--epochs", "2",
                 "--train-batch", "4", "--optimizer", "adam", "--lr", "0.001"]
        ended = self.run_guest("transfer", *transfer_flags(train, test), "--grant", f"model:backbone={weights}", "--out",
                               "weights", "--directory", "run", "--seed", "2", "--threads", "1", guest=guest)
        self.assertEqual(ended.code, 0, ended)
        native_transfer(self, "--train", train, "--test", test, "--weights", weights, "--seed", "2", *guest)
        ours = read_safetensors(self.folder / "run/outputs/weights")
        self.assertEqual([("F32", [10, 1280]), ("F32", [10])], [ours[name][:2] for name in ["weight", "bias"]])
        self.assertEqual(ours, read_safetensors(self.folder / "native"))
        metrics = self.record()["metrics"]
        # A guess is right once in ten times.
        self.assertGreater(metrics["train-accuracy"]["last"], 0.3)
        self.assertGreater(metrics["test-accuracy"]["last"], 0.2)


@needs_torch
class Folder(Case):
    """A folder with a folder for each class: PNG and JPEG, grey and colour, of several sizes."""

    def fill(self, name: str, shift: int):
        for i in range(4):
            png(self.folder / name / "dark" / f"{i}.png", 20 + i, 30, grey=10 + 5 * i + shift)
            png(self.folder / name / "light" / f"{i}.PNG", 30, 20 + i, grey=220 + 5 * i + shift)
        for jpeg in ["colour.jpg", "grey.jpg", "progressive.jpg"]:
            (self.folder / name / "photographs").mkdir(exist_ok=True)
            shutil.copy(IMAGES / jpeg, self.folder / name / "photographs" / jpeg)
        (self.folder / name / "light/notes.txt").write_text("no image")

    def test_runs(self):
        self.fill("train", 0)
        self.fill("test", 3)
        ended = self.run_guest("transfer", *transfer_flags("train", "test"), "--out", "weights", "--directory", "run",
                               guest=["--backbone", "pool", "--batch", "4", "--epochs", "100", "--standardise"])
        self.assertEqual(ended.code, 0, ended)
        self.assertIn(b"3 classes, 11 training images, 11 test images\n", ended.out)
        metrics = self.record()["metrics"]
        self.assertEqual(metrics["train-accuracy"]["last"], 1)
        self.assertEqual(metrics["test-accuracy"]["last"], 1)
        self.assertEqual(read_safetensors(self.folder / "run/outputs/weights")["weight"][:2], ("F32", [3, 1280]))
        digests = {grant["name"]: grant["sha256"] for grant in self.record()["grants"]}
        self.assertNotEqual(digests["train"], digests["test"])


class Job(Case):
    def write(self, text: str):
        (self.folder / "jobs").mkdir(exist_ok=True)
        shutil.copy(COMPONENTS / "echo_args.wasm", self.folder / "jobs/echo.wasm")
        (self.folder / "jobs/job.toml").write_text(text)

    JOB = 'component = "echo.wasm"\nseed = 4\narguments = ["from", "file"]\ndirectory = "out"\n[limits]\ntime = "1m"\n'

    def test_runs(self):
        self.write(self.JOB)
        ended = self.cloister("run", "jobs/job.toml", *backend())
        self.assertEqual(ended.code, 0, ended)
        record = self.record("jobs/out")
        self.assertEqual(record["seed"], 4)
        self.assertEqual(record["arguments"], ["from", "file"])
        self.assertEqual(record["limits"]["time"]["limit"], 60 * 10**9)

    def test_flags_override(self):
        self.write(self.JOB)
        ended = self.cloister("run", "jobs/job.toml", *backend(), "--seed", "5", "--limit", "time=2m", "--directory", "x",
                              "--", "from", "flags")
        self.assertEqual(ended.code, 0, ended)
        record = self.record("x")
        self.assertEqual(record["seed"], 5)
        self.assertEqual(record["arguments"], ["from", "flags"])
        self.assertEqual(record["limits"]["time"]["limit"], 120 * 10**9)

    def test_errors_name_key_and_line(self):
        for text, *words in [
            ('component = "echo.wasm"\nsede = 4\n', "job.toml:2", "'sede'"),
            ('component = "echo.wasm"\nseed = "x"\n', "job.toml:2", "'seed'"),
            ('component = "echo.wasm\n', "job.toml:1", "TOML"),
            ("seed = 4\n", "component"),
            ('component = "echo.wasm"\n[grants.dataset]\ntrain = 3\n', "job.toml:3", "grants.dataset.train"),
            ('component = "echo.wasm"\n[limits]\nbogus = 3\n', "job.toml:3", "'bogus'", "memory"),
            ('component = "echo.wasm"\nthreads = 0\n', "job.toml:2", "0 threads"),
            ('component = "echo.wasm"\ndevice = "gpu"\n', "job.toml:2", "'gpu'"),
        ]:
            with self.subTest(text):
                self.write(text)
                self.assert_refused(self.cloister("run", "jobs/job.toml"), 2, *words)

    def test_absent(self):
        self.assert_refused(self.cloister("run", "no.toml"), 3, "no.toml")

    def test_no_file(self):
        (self.folder / "folder.toml").mkdir()
        os.mkfifo(self.folder / "fifo.toml")
        for name in ["folder.toml", "fifo.toml"]:
            self.assert_refused(self.cloister("run", name), 3, name, "not a regular file")

    def test_grant_is_relative_to_the_job(self):
        self.write('component = "echo.wasm"\n[grants.model]\nm = "weights"\n')
        self.assert_refused(self.cloister("run", "jobs/job.toml"), 3, "'m'", "jobs/weights")


if __name__ == "__main__":
    unittest.main()
