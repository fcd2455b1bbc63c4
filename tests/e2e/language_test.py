"""tiny-lm: the bytes of its native twin, a text that can be learnt, a run that is killed and taken up again."""

import json
import signal
import subprocess
import time
import unittest

from harness import COMMAND, COMPONENTS, PROGRAMS, Case, needs_torch, read_safetensors

SMALL = ["--layers", "2", "--width", "16", "--heads", "2", "--context", "16", "--batch", "4"]


@needs_torch
class TinyLm(Case):
    def setUp(self):
        super().setUp()
        # Of two lines, so that what follows depends on more than the character before.
        (self.folder / "text.txt").write_bytes(b"to be or not to be, that is the question:\nand so to bed.\n" * 100)

    def flags(self, directory="run") -> list[str]:
        return ["--directory", directory, "--seed", "3", "--threads", "1", "--grant", "dataset:text=text.txt", "--out",
                "weights", "--out", "sample"]

    def outputs(self, directory="run") -> list[bytes]:
        return [(self.folder / directory / "outputs" / name).read_bytes() for name in ["weights", "sample"]]

    def test_native_program_gives_the_same_bytes(self):
        guest = [*SMALL, "--steps", "7", "--report-every", "3", "--sample", "20"]
        ended = self.run_guest("tiny-lm", *self.flags(), guest=guest)
        self.assertEqual(ended.code, 0, ended)
        done = subprocess.run([PROGRAMS / "native_tiny_lm", "--seed", "3", "--threads", "1", "--out", "native", "--text",
                               "text.txt", *guest], cwd=self.folder, capture_output=True, timeout=150, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        weights = read_safetensors(self.folder / "run/outputs/weights")
        self.assertEqual(weights, read_safetensors(self.folder / "native"))
        # The names of PyTorch's state_dict.
        self.assertEqual(weights["blocks.1.attention.in_proj_weight"][:2], ("F32", [48, 16]))
        self.assertEqual(len(weights), 2 + 2 * 12 + 2 + 2)
        told, metrics = json.loads(done.stdout), self.record()["metrics"]
        for name in ["loss", "bits-per-character"]:
            self.assertAlmostEqual(told["metrics"][name]["last"], metrics[name]["last"], places=12)
            self.assertEqual(metrics[name]["points"], 3)

    def test_learns_and_writes(self):
        guest = [*SMALL, "--steps", "300", "--lr", "0.02", "--sample", "200", "--temperature", "0.2"]
        ended = self.run_guest("tiny-lm", *self.flags(), guest=guest)
        self.assertEqual(ended.code, 0, ended)
        self.assertLess(self.record()["metrics"]["bits-per-character"]["last"], 0.8)
        sample = self.outputs()[1]
        self.assertEqual(len(sample), 200)
        self.assertIn(sample, ended.out)
        self.assertIn(b"so to bed.\n", sample)

    def test_killed_and_taken_up_again(self):
        guest = [*SMALL, "--steps", "400", "--report-every", "20", "--sample", "20", "--checkpoint-every", "10"]
        whole = self.run_guest("tiny-lm", *self.flags("whole"), "--out", "checkpoint", guest=guest)
        self.assertEqual(whole.code, 0, whole)
        command = [COMMAND, "run", COMPONENTS / "tiny-lm.wasm", *self.flags(), "--out", "checkpoint", "--", *guest]
        with subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as running:
            saved = self.folder / "run/checkpoints/checkpoint.safetensors"
            deadline = time.monotonic() + 100
            while not saved.exists() and running.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            running.kill()
        self.assertEqual(running.returncode, -signal.SIGKILL)
        self.assertTrue(saved.exists())
        ended = self.cloister("run", "--resume", "run")
        self.assertEqual(ended.code, 0, ended)
        self.assertTrue(self.record()["resumed"])
        self.assertEqual(self.outputs(), self.outputs("whole"))
        self.assertEqual((self.folder / "run/metrics.jsonl").read_bytes(),
                         (self.folder / "whole/metrics.jsonl").read_bytes())

    def test_what_it_cannot_do_is_a_sentence(self):
        for guest, words in [(["--width", "30", "--heads", "4"], ["--width", "--heads"]),
                             (["--steps", "0"], ["--steps"]), (["--temperature", "0"], ["--temperature"]),
                             (["--sample", "-1"], ["--sample"]), (["--context", "1000"], ["5700", "--context"])]:
            with self.subTest(guest):
                ended = self.run_guest("tiny-lm", *self.flags(guest[0]), guest=guest)
                self.assertEqual(ended.code, 1, ended)
                for word in words:
                    self.assertIn(word, ended.err)
                self.assertEqual([], list((self.folder / guest[0]).rglob("weights")))


if __name__ == "__main__":
    unittest.main()
