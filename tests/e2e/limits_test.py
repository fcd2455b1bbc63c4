"""Guests that loop, recurse, grow, hoard, leak or cheat: stopped with a sentence; the host and the next run unaffected."""

import unittest

from harness import Case, needs_torch


class Limits(Case):
    def stop(self, case: str, limit: str | None, code: int, *words: str):
        ended = self.misuse(case, *(["--limit", limit] if limit else []))
        self.assert_stopped(ended, code, *words)
        self.assert_runs_well()
        return ended

    def test_endless_loop(self):
        self.stop("endless-loop", "time=500ms", 4, "--limit time")

    def test_endless_tight_loop(self):
        self.stop("endless-tight-loop", "time=500ms", 4, "--limit time")

    def test_endless_host_calls(self):
        self.stop("endless-host-calls", "time=500ms", 4, "--limit time")

    def test_endless_operators(self):
        self.stop("endless-operators", "time=1s", 4, "--limit time")

    def test_endless_sleep(self):
        # Clocks are virtual: a sleep takes no time, so that only the limit ends the loop.
        self.stop("endless-sleep", "time=500ms", 4, "--limit time")

    def test_endless_clock(self):
        self.stop("endless-clock", "time=500ms", 4, "--limit time")

    def test_recursion(self):
        self.stop("recursion", None, 5, "recursion")

    def test_memory(self):
        # A guest sees that memory ends, and this one says so itself.
        self.stop("grow-memory", "memory=64MiB", 4, "memory ended", "--limit memory")
        self.assertLessEqual(self.record()["limits"]["memory"]["used"], 64 << 20)

    @needs_torch
    def test_handles(self):
        self.stop("hoard-handles", "handles=1000", 4, "--limit handles")
        self.assertLessEqual(self.record()["limits"]["handles"]["used"], 1000)

    @needs_torch
    def test_tensors(self):
        self.stop("hoard-tensors", "tensors=128MiB", 4, "--limit tensors")
        self.assertLessEqual(self.record()["limits"]["tensors"]["used"], 128 << 20)

    @needs_torch
    def test_tensors_a_guest_may_recover(self):
        ended = self.misuse("hoard-tensors-recover", "--limit", "tensors=128MiB")
        self.assertEqual(ended.code, 0, ended)
        self.assertIn(b"after: 4194304 elements", ended.out)

    @needs_torch
    def test_graph(self):
        self.stop("hoard-graph", "tensors=64MiB", 4, "--limit tensors")

    def test_egress_by_read(self):
        self.stop("egress-read", "egress=10MiB", 4, "--limit egress")
        # The way a run ends is two bytes of egress that nothing can hold back.
        self.assertLessEqual(self.record()["egress"]["total"], (10 << 20) + 2)

    def test_egress_by_metrics(self):
        self.stop("egress-metrics", "egress=100KiB", 4, "--limit egress")
        self.assertLess((self.folder / "run/metrics.jsonl").stat().st_size, 10 << 20)

    def test_egress_by_progress(self):
        self.stop("egress-progress", "egress=10KiB", 4, "--limit egress")

    def test_egress_by_text(self):
        ended = self.misuse("egress-text", "--out", "text", "--limit", "egress=1MiB")
        self.assert_stopped(ended, 4, "--limit egress")
        self.assertFalse((self.folder / "run/outputs/text").exists())

    def test_egress_by_standard_output(self):
        ended = self.stop("stdout-flood", "egress=1MiB", 4, "--limit egress")
        self.assertLessEqual(len(ended.out), 1 << 20)

    def test_cpu(self):
        self.stop("endless-loop", "cpu=300ms", 4, "--limit cpu")
        used = self.record()["limits"]["cpu"]
        self.assertGreaterEqual(used["used"], used["limit"])

    @needs_torch
    def test_cpu_of_operators(self):
        ended = self.misuse("endless-operators", "--limit", "cpu=500ms", "--threads", "2")
        self.assert_stopped(ended, 4, "--limit cpu")
        record = self.record()
        # All threads that worked for it, and nothing else: no more than those of the process.
        self.assertLessEqual(record["limits"]["cpu"]["used"], record["seconds"]["process_cpu"] * 1e9)

    def test_output(self):
        ended = self.misuse("egress-text", "--out", "text", "--limit", "egress=1GiB", "--limit", "output=1MiB")
        self.assert_stopped(ended, 4, "--limit output")
        self.assertFalse((self.folder / "run/outputs/text").exists())

    def test_print(self):
        ended = self.stop("stdout-flood", "print=1MiB", 4, "--limit print")
        self.assertLessEqual(len(ended.out), 1 << 20)

    def test_print_by_standard_error(self):
        self.stop("stderr-flood", "print=100KiB", 4, "--limit print")

    def test_metrics(self):
        self.stop("egress-metrics", "metrics=100KiB", 4, "--limit metrics")
        used = self.record()["limits"]["metrics"]
        self.assertLessEqual(used["used"], used["limit"])

    def test_metrics_by_progress(self):
        self.stop("egress-progress", "metrics=10KiB", 4, "--limit metrics")

    def test_egress_by_standard_error(self):
        self.stop("stderr-flood", "egress=100KiB", 4, "--limit egress")


class Cheats(Case):
    def stop(self, case: str):
        self.assert_stopped(self.misuse(case), 5)
        self.assert_runs_well()

    def test_handle_forged(self):
        self.stop("handle-forged")

    def test_handle_null(self):
        self.stop("handle-null")

    def test_handle_negative(self):
        self.stop("handle-negative")

    def test_handle_stale(self):
        self.stop("handle-stale")

    def test_handle_dropped_twice(self):
        self.stop("handle-dropped-twice")

    @needs_torch
    def test_handle_of_another_kind(self):
        self.stop("handle-of-another-kind")

    def test_dtype_that_is_not(self):
        self.stop("bad-dtype")

    def test_out_of_bounds(self):
        self.stop("out-of-bounds")

    def test_abort(self):
        self.stop("abort")

    def test_huge_name(self):
        ended = self.misuse("huge-name")
        self.assert_stopped(ended, 3, "no dataset is granted under the name")
        self.assertLess(len(ended.err), 10_000)
        self.assert_runs_well()

    def test_files_of_the_host(self):
        for case in ["open-file", "write-file", "read-input"]:
            with self.subTest(case):
                ended = self.run_guest("misuse", guest=["--case", case])
                self.assertEqual(ended.code, 0, ended)
        self.assertFalse((self.folder / "written-by-guest").exists())


class Values(Case):
    """Errors that a guest may act on come to it as values, and the run goes on."""

    def told(self, case: str, *words: str):
        ended = self.misuse(case)
        self.assertEqual(ended.code, 0, ended)
        self.assertIn(b"error ", ended.out)
        for word in words:
            self.assertIn(word, ended.out.decode())

    def test_wrong_shape(self):
        self.told("wrong-shape-attempt", "[2, 3]")

    def test_shapes_beyond_reason(self):
        for case in ["huge-shape", "negative-shape", "many-dimensions", "dimension-out-of-range", "short-bytes",
                     "item-of-many"]:
            with self.subTest(case):
                ended = self.run_guest("misuse", guest=["--case", case])
                self.assertEqual(ended.code, 0, ended)
                self.assertIn(b"error ", ended.out)

    @needs_torch
    def test_contents_out_of_range(self):
        for case in ["wrong-dtype-attempt", "index-out-of-range", "class-out-of-range", "huge-padding"]:
            with self.subTest(case):
                ended = self.run_guest("misuse", guest=["--case", case])
                self.assertEqual(ended.code, 0, ended)
                self.assertIn(b"error ", ended.out)


if __name__ == "__main__":
    unittest.main()
