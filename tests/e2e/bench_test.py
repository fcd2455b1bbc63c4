"""`cloister bench` when something is missing, fails half way, or is interrupted."""

import json
import os
import signal
import subprocess
import time
import unittest

from harness import COMMAND, DATA, Case, needs_torch


class Bench(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "tmp").mkdir()
        self.environment = {"TMPDIR": str(self.folder / "tmp")}

    def report(self) -> dict:
        return json.loads((self.folder / "report.json").read_text())

    def test_place_of_the_report_is_checked_first(self):
        ended = self.cloister("bench", "startup", "--json", "none/report.json")
        self.assert_refused(ended, 6, "none", "--json")

    @needs_torch
    def test_programs_are_looked_for_first(self):
        self.assert_refused(self.cloister("bench", "transfer", "--instructions", env={"PATH": str(self.folder)}), 6,
                            "valgrind")
        self.assert_refused(self.cloister("bench", "transfer", "--python", env={"CLOISTER_PYTHON": "/absent"}), 6,
                            "/absent", "CLOISTER_PYTHON")

    @needs_torch
    def test_failure_half_way_keeps_what_was_measured(self):
        if not all((DATA / name).is_dir() for name in ["mnist", "efficientnet-lite0"]):
            self.skipTest("the data was not fetched")
        (self.folder / "cache").mkdir()
        (self.folder / "cache/data").symlink_to(DATA)
        # It says that it has PyTorch, and fails when it is to train.
        python = self.folder / "python"
        python.write_text('#!/bin/sh\n[ "$1" = -c ] || { echo no luck >&2; exit 4; }\n')
        python.chmod(0o755)
        ended = self.cloister("bench", "transfer", "--backbone", "pool", "--data", "2MiB", "--epochs", "2",
                              "--test-images", "4", "--python", "--json", "report.json",
                              env={**self.environment, "CLOISTER_PYTHON": str(python),
                                   "CLOISTER_CACHE": str(self.folder / "cache")})
        self.assertEqual(ended.code, 3, ended)
        self.assertIn("no luck", ended.said[-1])
        self.assertIn(b"medians of 1 rounds, not finished", ended.out)
        found = self.report()
        self.assertEqual(len(found["samples"]["transfer.pool.isolated.total_s"]), 1)
        self.assertEqual(found["claims"], [])
        self.assertTrue(any("no luck" in note for note in found["notes"]))
        self.assertEqual([], os.listdir(self.folder / "tmp"))

    @needs_torch
    def test_workload_and_its_twin_end_with_the_same_bytes(self):
        if not (DATA / "shakespeare").is_dir():
            self.skipTest("the data was not fetched")
        (self.folder / "cache").mkdir()
        (self.folder / "cache/data").symlink_to(DATA)
        ended = self.cloister("bench", "workload", "tiny-lm", "--rounds", "2", "--json", "report.json", "--", "--layers",
                              "1", "--width", "8", "--heads", "1", "--context", "8", "--batch", "2", "--steps", "3",
                              "--sample", "2", env={**self.environment, "CLOISTER_CACHE": str(self.folder / "cache")})
        self.assertEqual(ended.code, 0, ended)
        figures = self.report()["figures"]
        self.assertEqual(figures["workload.tiny-lm.weights_equal"], 1)
        self.assertGreater(figures["workload.tiny-lm.calls"], 100)
        self.assertGreater(figures["workload.tiny-lm.training.overhead_boundary"], 0)
        self.assertGreater(figures["workload.tiny-lm.metric.bits-per-character"], 1)
        self.assertEqual([], os.listdir(self.folder / "tmp"))

    def test_a_workload_without_a_twin_is_refused(self):
        self.assert_refused(self.cloister("bench", "workload", "hello"), 2, "hello", "tiny-lm")

    def test_interrupted_keeps_what_was_measured(self):
        command = [COMMAND, "bench", "startup", "--instances", "20", "--bursts", "1", "--commands", "10000", "--json",
                   "report.json"]
        with subprocess.Popen(command, cwd=self.folder, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            # The last part runs whole commands, each with a folder in the scratch folder.
            deadline = time.monotonic() + 120
            while not list((self.folder / "tmp").glob("*/2")) and time.monotonic() < deadline:
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, err)
        self.assertIn(b"NOT FINISHED", out)
        self.assertIn(b"interrupted", err)
        self.assertEqual([], os.listdir(self.folder / "tmp"))
        found = self.report()
        self.assertIn("startup.instance_p50_us", found["figures"])
        self.assertNotIn("startup.command_ms", found["figures"])


if __name__ == "__main__":
    unittest.main()
