"""A run that is taken up again ends as if it had never stopped; what cannot be taken up is refused, and nothing is lost."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import time

from harness import COMMAND, COMPONENTS, Case, idx_images, needs_torch

KILLS = 50


def run_files(folder: pathlib.Path) -> dict[str, bytes]:
    """What a run leaves that must not depend on how often it was stopped."""
    files = ["metrics.jsonl", "metrics.svg", "loss.svg", "outputs/weights", "outputs/facts"]
    return {name: (folder / name).read_bytes() for name in files if (folder / name).exists()}


def snapshot(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_whole(path: pathlib.Path) -> int:
    """Reads a checkpoint as docs/checkpoints.md describes it, checks its digest and gives its number."""
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    body = raw[8 + size:]
    metadata = header.pop("__metadata__")
    names = {"BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
             "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    digest = hashlib.sha256(struct.pack("<Q", len(metadata)))
    for key in sorted(metadata, key=str.encode):
        digest.update(text(key) + text(metadata[key]))
    own = header.pop("~sha256")
    widths = {"BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "I32": 4, "I64": 8, "F16": 2, "BF16": 2, "F32": 4, "F64": 8}
    for name in sorted(header, key=lambda name: (-widths[header[name]["dtype"]], name.encode())):
        entry = header[name]
        digest.update(text(name) + text(names[entry["dtype"]]) + struct.pack("<Q", len(entry["shape"])))
        digest.update(b"".join(struct.pack("<Q", each) for each in entry["shape"]))
        digest.update(body[slice(*entry["data_offsets"])])
    assert digest.digest() == body[slice(*own["data_offsets"])], f"{path} is not whole"
    return int(metadata["number"])


@needs_torch
class Resume(Case):
    def setUp(self):
        super().setUp()
        self.images = idx_images(self.folder / "data", "train", 120, side=8)

    def flags(self, directory: str, *more) -> list:
        return ["run", COMPONENTS / "resumable.wasm", "--seed", "5", "--threads", "1", "--grant",
                f"dataset:train={self.images}", "--out", "state", "--out", "weights", "--out", "facts", "--directory",
                directory, *more]

    def train(self, directory: str, *guest, flags=()):
        return self.cloister(*self.flags(directory, *flags), "--", *guest)

    def start(self, *arguments) -> subprocess.Popen:
        return subprocess.Popen([COMMAND, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def resume(self, directory="run", *flags):
        return self.cloister("run", "--resume", directory, *flags)

    def failed(self, *guest):
        """A run that failed after some checkpoints."""
        ended = self.train("run", "--fail-at", "40", *guest)
        self.assertEqual(ended.code, 1, ended)
        self.assertGreater(check_whole(self.folder / "run/checkpoints/state.safetensors"), 5)

    def assert_refused_untouched(self, ended, code: int, *words):
        self.assert_refused(ended, code, *words)
        self.assertEqual(self.before, snapshot(self.folder / "run"))

    def test_ends_with_the_same_bytes(self):
        for optimizer in ["sgd", "adam", "adamw", "rmsprop"]:
            with self.subTest(optimizer):
                for name in ["whole", "run"]:
                    shutil.rmtree(self.folder / name, ignore_errors=True)
                ended = self.train("whole", "--optimizer", optimizer)
                self.assertEqual(ended.code, 0, ended)
                self.failed("--optimizer", optimizer)
                ended = self.resume()
                self.assertEqual(ended.code, 0, ended)
                self.assertIn("resuming run", ended.err)
                whole = run_files(self.folder / "whole")
                self.assertEqual(5, len(whole))
                self.assertEqual(whole, run_files(self.folder / "run"))
                record, other = self.record(), self.record("whole")
                self.assertTrue(record["resumed"])
                self.assertFalse(other["resumed"])
                self.assertEqual(record["metrics"], other["metrics"])
                self.assertEqual(record["grants"], other["grants"])
                self.assertEqual([o["sha256"] for o in record["outputs"]], [o["sha256"] for o in other["outputs"]])
                self.assertIn("checkpoint", [fact["kind"] for fact in record["imports"]["facts"]])
                self.assertEqual([], record["notes"])

    def test_killed_at_any_moment(self):
        guest = ["--epochs", "16", "--every", "2"]
        self.assertEqual(self.train("whole", *guest).code, 0)
        whole = run_files(self.folder / "whole")
        rng = random.Random(4)
        kills = chains = 0
        numbers = set()
        while kills < KILLS:
            chains += 1
            shutil.rmtree(self.folder / "run", ignore_errors=True)
            arguments = [*self.flags("run"), "--", *guest]
            while True:
                process = self.start(*arguments)
                self.wait_for_a_moment(process, rng)
                if kills < KILLS:
                    process.send_signal(signal.SIGKILL)
                error = process.communicate(timeout=100)[1].decode()
                if process.returncode != -signal.SIGKILL:
                    self.assertEqual(process.returncode, 0, error)
                    break
                kills += 1
                if (self.folder / "run/run.json").exists():  # its last act: it had ended
                    break
                checkpoint = self.folder / "run/checkpoints/state.safetensors"
                if checkpoint.exists():
                    numbers.add(check_whole(checkpoint))
                # Before the folder has its job nothing has begun.
                begun = (self.folder / "run/job.toml").exists()
                if not begun:
                    shutil.rmtree(self.folder / "run", ignore_errors=True)
                arguments = ["run", "--resume", "run"] if begun else [*self.flags("run"), "--", *guest]
            self.assertEqual(whole, run_files(self.folder / "run"))
            self.assertEqual([], sorted((self.folder / "run").rglob("*.partial")))
        self.assertGreater(len(numbers), 5, f"{kills} kills in {chains} runs met few checkpoints")

    def wait_for_a_moment(self, process: subprocess.Popen, rng: random.Random):
        """A moment that the seed chooses: while the run starts, or some part of a step after some checkpoints of it.
        By checkpoints rather than by the clock, so that a busy machine is killed at the same places."""
        saves = rng.choice([0, 1, 1, 2, 4, 8, 16, 32])
        path = self.folder / "run/checkpoints/state.safetensors"
        seen = set()
        while len(seen) <= saves and saves > 0 and process.poll() is None:
            seen.add(path.stat().st_mtime_ns if path.exists() else 0)
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.3 if saves == 0 else 0.02))

    def test_killed_before_the_first_checkpoint(self):
        guest = ["--epochs", "16", "--every", "1000"]
        self.assertEqual(self.train("whole", *guest).code, 0)
        self.kill_after_a_metric(*guest)
        ended = self.resume()
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("the run starts afresh", ended.err)
        self.assertEqual(run_files(self.folder / "whole"), run_files(self.folder / "run"))

    def kill_after_a_metric(self, *guest):
        """Leaves a run that was killed after its first metric; a fast machine may end it first, so it is tried again."""
        metrics = self.folder / "run/metrics.jsonl"
        for _ in range(50):
            shutil.rmtree(self.folder / "run", ignore_errors=True)
            process = self.start(*self.flags("run"), "--", *guest)
            while process.poll() is None and not (metrics.exists() and metrics.stat().st_size > 0):
                time.sleep(0.0005)
            process.kill()
            process.communicate()
            if metrics.exists() and not (self.folder / "run/run.json").exists():
                return
        self.fail("the run always ended before it could be killed")

    def test_out_of_egress_and_given_more(self):
        self.assertEqual(self.train("whole", "--epochs", "8").code, 0)
        ended = self.train("run", "--epochs", "8", flags=["--limit", "egress=100KiB"])
        self.assertEqual(ended.code, 4, ended)
        again = self.resume()
        self.assertEqual(again.code, 4, again)
        ended = self.resume("run", "--limit", "egress=10MiB")
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(run_files(self.folder / "whole"), run_files(self.folder / "run"))
        # What left in the parts of the run is counted together.
        self.assertGreater(self.record()["egress"]["total"], 100 << 10)

    def test_elsewhere_and_in_a_folder_that_moved(self):
        self.failed()
        os.rename(self.folder / "run", self.folder / "moved")
        (self.folder / "away").mkdir()
        ended = Case.cloister(self, "run", "--resume", self.folder / "moved", env={"PWD": str(self.folder / "away")})
        self.assertEqual(ended.code, 0, ended)

    def test_what_is_no_interrupted_run(self):
        self.assertEqual(self.train("run").code, 0)
        self.before = snapshot(self.folder / "run")
        self.assert_refused_untouched(self.resume(), 3, "run", "ended well")
        (self.folder / "empty").mkdir()
        self.assert_refused(self.resume("empty"), 3, "'empty'", "job.toml")
        self.assert_refused(self.resume("absent"), 3, "'absent'", "no folder")

    def test_flags_that_would_change_it(self):
        self.failed()
        self.before = snapshot(self.folder / "run")
        for flags in [["--seed", "1"], ["--threads", "2"], ["--out", "more"], ["--device", "cpu"],
                      ["--grant", "model:a=b"], ["--directory", "other"], ["--", "--epochs", "9"]]:
            self.assert_refused_untouched(self.resume("run", *flags), 2, flags[0], "--resume")
        self.assert_refused_untouched(
            self.cloister("run", COMPONENTS / "resumable.wasm", "--resume", "run"), 2, "COMPONENT")
        self.assert_refused(self.cloister("run"), 2, "COMPONENT", "--resume")

    def test_another_component(self):
        component = self.folder / "mine.wasm"
        shutil.copy(COMPONENTS / "resumable.wasm", component)
        arguments = [component if a == COMPONENTS / "resumable.wasm" else a for a in self.flags("run")]
        self.assertEqual(self.cloister(*arguments, "--", "--fail-at", "40").code, 1)
        shutil.copy(COMPONENTS / "echo_args.wasm", component)
        self.before = snapshot(self.folder / "run")
        self.assert_refused_untouched(self.resume(), 3, "mine.wasm", "SHA-256")

    def test_changed_data(self):
        self.failed()
        self.before = snapshot(self.folder / "run")
        contents = self.images.read_bytes()
        self.images.write_bytes(contents[:-1] + bytes([contents[-1] ^ 1]))
        self.assert_refused_untouched(self.resume(), 3, "'train'", "has changed")
        self.images.unlink()
        self.assert_refused_untouched(self.resume(), 3, "'train'", "No such file")
        self.images.write_bytes(contents)
        self.assertEqual(self.resume().code, 0)

    def test_a_checkpoint_that_is_damaged(self):
        self.failed()
        path = self.folder / "run/checkpoints/state.safetensors"
        good = path.read_bytes()
        size = struct.unpack("<Q", good[:8])[0]
        rng = random.Random(9)
        damages = [good[:-1], good[:size], good[:100], b"", good + b"\0"]
        for _ in range(12):
            at = rng.randrange(8, len(good))
            damages.append(good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1:])
        for bad in damages:
            path.write_bytes(bad)
            self.before = snapshot(self.folder / "run")
            self.assert_refused_untouched(self.resume(), 3, "state.safetensors")
        path.write_bytes(good)
        self.assertEqual(self.resume().code, 0)

    def test_a_checkpoint_of_another_run(self):
        self.assertEqual(self.train("other", "--optimizer", "sgd", "--fail-at", "40").code, 1)
        self.failed()
        shutil.copy(self.folder / "other/checkpoints/state.safetensors", self.folder / "run/checkpoints")
        self.before = snapshot(self.folder / "run")
        self.assert_refused_untouched(self.resume(), 3, "state.safetensors", "other arguments")

    def test_only_one_run_holds_a_folder(self):
        process = self.start(*self.flags("run"), "--", "--epochs", "400", "--every", "1")
        try:
            while not (self.folder / "run/job.toml").exists():
                time.sleep(0.005)
            self.assert_refused(self.resume(), 3, "'run'", "at work")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=100)
        self.assertEqual(self.record()["status"], "interrupted")

    def test_a_full_disk_leaves_the_last_checkpoint(self):
        # No file of this run may grow beyond what a checkpoint takes.
        ended = self.cloister(*self.flags("run"), preexec_fn=limit_file_size)
        self.assertEqual(ended.code, 6, ended)
        self.assertFalse((self.folder / "run/checkpoints/state.safetensors").exists())
        self.assertEqual([], sorted((self.folder / "run").rglob("*.partial")))
        ended = self.resume()
        self.assertEqual(ended.code, 0, ended)


def limit_file_size():
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
