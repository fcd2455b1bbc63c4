"""What an author sees of a run: backtraces with file and line, every call, where the time went."""

import json
import pathlib
import re
import unittest
import xml.etree.ElementTree

from harness import COMPONENTS, Case, needs_torch

MISUSE = pathlib.Path(__file__).resolve().parents[1] / "guests/misuse"


def line_of(file: str, text: str) -> int:
    """The number of the one line of a source of `misuse` that holds the text."""
    numbers = [number for number, line in enumerate((MISUSE / file).read_text().splitlines(), 1) if text in line]
    assert len(numbers) == 1, (file, text, numbers)
    return numbers[0]


def without_debug_information(component: bytes) -> bytes:
    """Renames the sections of debug information, so that nothing knows them."""
    return component.replace(b".debug_", b".dabug_")


class Backtraces(Case):
    def test_have_file_and_line(self):
        ended = self.misuse("abort")
        self.assert_stopped(ended, 5, "aborted")
        line = line_of("system.cpp", "std::abort()")
        self.assertRegex(ended.err, rf"abort_run\(\).* at tests/guests/misuse/system\.cpp:{line}\b")
        self.assertRegex(self.record()["backtrace"], r"(?m)^   0: abort")
        self.assertNotIn(str(MISUSE.parents[2]), ended.err, "no path of the machine that built it")

    def test_of_a_deep_stack_have_its_inner_end(self):
        ended = self.misuse("recursion")
        self.assertEqual(ended.code, 5, ended)
        line = line_of("endless.cpp", "return depth == UINT64_MAX")
        self.assertRegex(ended.err, rf"descend\(.*\) at tests/guests/misuse/endless\.cpp:{line}\b")
        self.assertRegex(ended.err, r"and \d+ or more")

    def test_do_without(self):
        stripped = self.folder / "stripped.wasm"
        stripped.write_bytes(without_debug_information((COMPONENTS / "misuse.wasm").read_bytes()))
        ended = self.cloister("run", stripped, "--backend", "stub", "--directory", "run", "--", "--case", "abort")
        self.assert_stopped(ended, 5, "aborted")
        self.assertRegex(ended.err, r"!.*abort_run\(\) at 0x[0-9a-f]+")

    def test_survive_hostile_debug_information(self):
        # Sections of noise, of the right length: nothing is told of lines, or something wrong, and the run ends as ever.
        whole = (COMPONENTS / "misuse.wasm").read_bytes()
        for section in (b".debug_info", b".debug_abbrev", b".debug_line", b".debug_str", b".debug_ranges"):
            for fill in (b"\xff", b"\x00", b"\x7f", b"\x01\x80"):
                raw = bytearray(whole)
                for found in re.finditer(re.escape(section) + rb"(?![a-z_])", whole):
                    end = min(found.end() + 4096, len(raw))
                    raw[found.end() + 4:end] = (fill * 4096)[:end - found.end() - 4]
                with self.subTest(section=section, fill=fill):
                    hostile = self.folder / "hostile.wasm"
                    hostile.write_bytes(raw)
                    ended = self.cloister("run", hostile, "--backend", "stub", "--", "--case", "abort", timeout=60)
                    self.assertEqual(ended.code, 5, ended)
                    self.assertIn("abort_run()", ended.err)


class Trace(Case):
    def trace(self) -> list[dict]:
        return json.loads((self.folder / "run/trace.json").read_text())

    @needs_torch
    def test_has_every_call_with_shapes_and_times(self):
        ended = self.run_guest("hello", "--trace", "--directory", "run")
        self.assertEqual(ended.code, 0, ended)
        meta, *events = self.trace()
        self.assertEqual(meta["args"]["name"], "hello")
        counts = {}
        for event in events:
            counts[event["name"]] = counts.get(event["name"], 0) + 1
            self.assertEqual(event["ph"], "X")
            self.assertGreaterEqual(event["dur"], 0)
        self.assertEqual(counts, self.record()["calls"])
        starts = [event["ts"] for event in events]
        self.assertEqual(starts, sorted(starts), "no call within a call")
        operators = [event["args"] for event in events if event["name"].startswith("ops.")]
        self.assertTrue(operators)
        for arguments in operators:
            self.assertRegex(arguments.get("out", "float32[]"), r"^\w+\[[\d,]*\]")

    @needs_torch
    def test_tells_what_the_guest_was_told(self):
        ended = self.misuse("wrong-shape-attempt", "--trace")
        self.assertEqual(ended.code, 0, ended)
        product = [event["args"] for event in self.trace() if event["name"] == "ops.matmul"]
        self.assertEqual(len(product), 1)
        self.assertEqual(product[0]["in"], "float32[2,3], float32[2,3]")
        self.assertIn("error", product[0])

    def test_is_whole_when_the_run_is_stopped(self):
        ended = self.misuse("endless-host-calls", "--trace", "--limit", "time=300ms")
        self.assertEqual(ended.code, 4, ended)
        self.assertGreater(len(self.trace()), 100)

    def test_changes_no_results(self):
        for flags in (["--trace", "--profile"], []):
            self.assertEqual(self.run_guest("echo_args", "--directory", f"run{len(flags)}", *flags).code, 0)
        self.assertFalse((self.folder / "run0/trace.json").exists())
        first, second = self.record("run0"), self.record("run2")
        self.assertEqual(first["imports"], second["imports"])
        self.assertEqual(first["egress"], second["egress"])
        self.assertEqual(first["calls"], second["calls"])


class Profile(Case):
    def profile(self) -> dict:
        return json.loads((self.folder / "run/profile.json").read_text())

    def picture(self) -> list[str]:
        """The first lines of the boxes' titles."""
        root = xml.etree.ElementTree.parse(self.folder / "run/profile.svg").getroot()
        self.assertNotIn(b"<script", (self.folder / "run/profile.svg").read_bytes())
        svg = "{http://www.w3.org/2000/svg}"
        return [group.find(f"{svg}title").text.splitlines()[0] for group in root.iter(f"{svg}g")]

    def test_of_guest_code(self):
        # However slow this machine is: the guest loops until its time is up.
        ended = self.misuse("endless-loop", "--profile", "--limit", "time=1s")
        self.assertEqual(ended.code, 4, ended)
        self.assertIn("Time in guest functions", ended.err)
        profile = self.profile()
        top = profile["functions"][0]
        self.assertRegex(top["function"], r"loop\(\)")
        self.assertRegex(top["line"], r"^tests/guests/misuse/endless\.cpp:\d+$")
        self.assertGreater(top["self_ticks"], 0.9 * profile["ticks"])
        self.assertRegex("\n".join(self.picture()), r"loop\(\)")

    @needs_torch
    def test_of_operators_under_the_guest_s_stack(self):
        # The first operator also loads libtorch, which may take a while.
        ended = self.misuse("endless-operators", "--profile", "--limit", "time=5s")
        self.assertEqual(ended.code, 4, ended)
        profile = self.profile()
        product = [operator for operator in profile["operators"] if operator["function"] == "ops.matmul"]
        self.assertEqual(len(product), 1)
        self.assertEqual(product[0]["calls"], self.record()["calls"]["ops.matmul"])
        # The stack that the operator's time lies under.
        above = []
        for entry in profile["stacks"]:
            above = above[:entry["depth"]] + [entry]
            if entry["function"] == "ops.matmul" and entry["ticks"] > 0:
                break
        self.assertTrue(above[-1]["host"])
        self.assertTrue(any(re.search(r"operators\(\)", entry["function"]) for entry in above[:-1]), above)
        self.assertIn("ops.matmul", self.picture())

    @needs_torch
    def test_names_the_functions_of_a_rust_guest(self):
        component = COMPONENTS / "sdk_rust.wasm"
        if not component.exists():
            self.skipTest("this build has no guests in Rust")
        ended = self.cloister("run", component, "--profile", "--directory", "run")
        self.assertEqual(ended.code, 0, ended)
        stacks = self.profile()["stacks"]
        # Loading libtorch alone takes many ticks.
        self.assertGreater(self.profile()["ticks"], 10)
        self.assertTrue(any(entry["function"].startswith("sdk_rust::") for entry in stacks), stacks[:20])
        self.assertFalse([entry for entry in stacks if entry["function"].startswith("_R")], "names are demangled")

    def test_and_trace_are_told_by_the_help(self):
        ended = self.cloister("run", "--help")
        for flag in ("--trace", "--profile"):
            self.assertIn(flag, ended.out.decode())


if __name__ == "__main__":
    unittest.main()
