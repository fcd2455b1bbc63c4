"""Each component of tests/guests/hazards through the command: its exit code, one sentence, whole files, and a next run."""

import json
import os
import pathlib
import tomllib
import unittest

from harness import WITH_TORCH, Case, backend

BUILT = pathlib.Path(os.environ["CLOISTER_HAZARDS"])
TABLE = tomllib.loads((pathlib.Path(__file__).resolve().parents[1] / "guests/hazards/hazards.toml").read_text())


class Hazards(Case):
    def run_all(self, status: str):
        rows = {name: row for name, row in TABLE.items()
                if row["status"] == status and (WITH_TORCH or not row.get("torch"))}
        self.assertGreater(len(rows), 3)
        for name, row in rows.items():
            with self.subTest(name):
                limits = [word for limit in row.get("limits", []) for word in ("--limit", limit)]
                ended = self.cloister("run", BUILT / f"{name}.wasm", *backend(), "--out", "result", *limits,
                                      "--directory", name)
                self.assertEqual(ended.code, row["code"], ended)
                self.judge(name, row, ended)
        self.assert_runs_well()

    def judge(self, name: str, row: dict, ended):
        said = "\n".join(ended.said)
        self.assertIn(row.get("says", ""), said, ended)
        # Whatever a guest says, no control character of it reaches the terminal.
        self.assertNotRegex(ended.err.replace("\n", ""), "[\x00-\x1f\x7f]")
        folder = self.folder / name
        self.assertEqual([], sorted(folder.rglob("*.partial")))
        if row["status"] == "refused":
            self.assertEqual(len(ended.said), 1, ended)
            self.assertFalse(folder.exists())
            return
        record = json.loads((folder / "run.json").read_text())
        self.assertEqual(record["exit_code"], row["code"])
        self.assertEqual(record["status"], row["status"])
        for line in (folder / "metrics.jsonl").read_text().splitlines():
            json.loads(line)

    def test_that_end_well(self):
        self.run_all("ok")

    def test_that_fail(self):
        self.run_all("failed")

    def test_that_trap(self):
        self.run_all("trap")

    def test_that_meet_a_limit(self):
        self.run_all("limit")

    def test_that_are_refused(self):
        self.run_all("refused")


if __name__ == "__main__":
    unittest.main()
