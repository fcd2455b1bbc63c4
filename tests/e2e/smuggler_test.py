"""A guest that tries to carry a 256-byte secret past the count of egress, a channel at a time: what arrives is at most
what was counted, and next to nothing under a small limit."""

import hashlib
import json
import re
import shutil

from harness import WITH_TORCH, Case, needs_torch, read_safetensors, safetensors

SECRET = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(8))


def prefix(told: bytes, wanted=SECRET) -> int:
    """Bytes of the secret that arrived, from its beginning."""
    return next((i for i, (a, b) in enumerate(zip(told, wanted)) if a != b), min(len(told), len(wanted)))


def hex_in(text: str) -> bytes:
    """The longest run of hexadecimal digits."""
    longest = max(re.findall(r"(?:[0-9a-f]{2})+", text), key=len, default="")
    return bytes.fromhex(longest)


class Smuggler(Case):
    def channels(self, way: str) -> list[str]:
        listed = self.run_guest("smuggler", "--directory", "list", guest=["--channel", "list"])
        shutil.rmtree(self.folder / "list")
        return re.findall(f"^{way} (.*)$", listed.out.decode(), re.MULTILINE)

    def smuggle(self, channel: str, *flags, guest=(), directory="run"):
        vault = self.folder / "vault.safetensors"
        safetensors(vault, {"secret": {"dtype": "U8", "shape": [256], "data_offsets": [0, 256]}}, SECRET)
        ended = self.run_guest("smuggler", "--directory", directory, "--grant", f"model:vault={vault}",
                               *flags, guest=["--channel", channel, *guest])
        return ended, self.record(directory)


@needs_torch
class Inwards(Smuggler):
    """From the host to the guest. What it has learnt it prints, which counts as well, as another kind."""

    FLAGS = ("--limit", "tensors=96MiB")
    # Those that must learn all: otherwise the test would show nothing.
    OPEN = {"read", "item", "index-out-of-range", "class-out-of-range", "division-by-zero", "no-probability",
            "too-few-elements", "nonzero-shape", "masked-select-shape", "bincount-shape", "unique-shape", "topk-size"}
    COUNTED_AS = {"read": "read", "item": "read"}

    def learnt(self, channel, *flags):
        ended, record = self.smuggle(channel, *self.FLAGS, *flags, directory=f"{channel}{len(flags)}")
        return prefix(hex_in(ended.out.decode())), record["egress"], ended

    def test_what_is_learnt_is_counted(self):
        self.assertLessEqual(self.OPEN, set(self.channels("in")))
        for channel in self.channels("in"):
            with self.subTest(channel):
                arrived, egress, ended = self.learnt(channel)
                self.assertEqual(ended.code, 0, ended)
                self.assertLessEqual(arrived, egress["read"] + egress["outcome"], egress)
                if channel in self.OPEN:
                    self.assertEqual(arrived, len(SECRET), ended)
                    self.assertGreater(egress[self.COUNTED_AS.get(channel, "outcome")], 0)

    def test_little_egress_tells_little(self):
        for channel in self.channels("in"):
            with self.subTest(channel):
                arrived, egress, ended = self.learnt(channel, "--limit", "egress=16")
                self.assertLessEqual(arrived, 16, ended)
                self.assertLessEqual(len(ended.out), 16, ended)
                self.assertLessEqual(egress["total"], 16 + 2)

    def test_denied_operators_tell_nothing(self):
        for channel in self.channels("in"):
            with self.subTest(channel):
                arrived, egress, ended = self.learnt(channel, "--deny", "content-dependent")
                if channel in self.COUNTED_AS:
                    self.assertEqual(arrived, len(SECRET), ended)
                else:
                    self.assertLessEqual(arrived, 1, ended)  # a guess of bits may hit the first byte
                self.assertEqual(egress["outcome"], 0, egress)


def numbers(values, size=6) -> bytes:
    """What numbers carried, each `size` bytes and the last one what is left."""
    told = b""
    for value in values:
        told += int(value).to_bytes(max(1, min(size, len(SECRET) - len(told))), "big")
    return told


class Run:
    """What those see who see a run."""

    def __init__(self, folder, ended, record):
        self.folder, self.ended, self.record = folder, ended, record
        self.said = json.dumps([record.get("error"), record["notes"]])

    def lines(self, key):
        path = self.folder / "metrics.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line[key] for line in lines if key in line]

    def phases(self, key):
        return [each[key] for each in self.record["phases"] if each.get(key) is not None]

    def text(self):
        path = self.folder / "outputs/o0"
        return path.read_text() if path.exists() else ""

    def tensors(self, path="outputs/o0"):
        return read_safetensors(self.folder / path) if (self.folder / path).exists() else {}

    def checkpoint(self):
        return self.tensors("checkpoints/o0.safetensors")

    def outputs(self):
        return sum(1 << i for i in range(8) if (self.folder / f"outputs/o{i}").exists())

    def exit_code(self):
        found = re.search(r"exited with code (\d+)", self.said)
        return bytes([int(found[1])]) if found else b""

    def says(self, *found) -> bool:
        return any(re.search(rf"(?<!\d){each}(?!\d)", self.said) for each in found)


HANDLE = int.from_bytes(SECRET[:3], "big") + 1000
PAGES = 0x8000 + (int.from_bytes(SECRET[:2], "big") & 0x3fff)

# What of the secret arrived by each channel.
OUTWARD = {
    "print": lambda run: hex_in(run.ended.out.decode()),
    "print-error": lambda run: hex_in(run.ended.err),
    "metric-names": lambda run: b"".join(bytes.fromhex(name[1:]) for name in run.lines("series")),
    "metric-values": lambda run: numbers(run.lines("value")),
    "metric-steps": lambda run: numbers(run.lines("step")),
    "matrix-sizes": lambda run: bytes(map(len, run.lines("rows"))),
    "matrix-labels": lambda run: b"".join(bytes.fromhex(rows[0]) for rows in run.lines("rows")),
    "phase-names": lambda run: b"".join(bytes.fromhex(name[1:]) for name in run.phases("name") if name[:1] == "p"),
    "phase-totals": lambda run: numbers(run.phases("total")),
    "output-names": lambda run: bytes([run.outputs()]) if run.outputs() else b"",
    "output-text": lambda run: bytes.fromhex(run.text()),
    "output-values": lambda run: run.tensors().get("tensor", (0, 0, b""))[2],
    "output-tensor-names": lambda run: bytes.fromhex(next(iter(run.tensors()), "")),
    "output-shapes": lambda run: numbers((run.tensors()[str(i)][1][1] for i in range(len(run.tensors()))), 3),
    "checkpoint-position": lambda run: run.checkpoint().get("position", (0, 0, b""))[2],
    # If there is a file, all of it.
    "checkpoint-learning-rates": lambda run: SECRET if run.checkpoint() else b"",
    "checkpoint-seed": lambda run: SECRET[:6] if run.checkpoint() else b"",
    "exit-code": lambda run: run.exit_code(),
    "error-text-out": lambda run: hex_in(run.said),
    "trap-text": lambda run: SECRET[:3] if run.says(HANDLE) else b"",
    "memory-request": lambda run: SECRET[:2] if run.says(f"{PAGES * 64} KiB", f"{PAGES // 16} MiB") else b"",
    "print-too-much": lambda run: SECRET[:1] if run.says(1024 + SECRET[0], 1025 + SECRET[0]) else b"",
    "refused-name": lambda run: hex_in(run.said),
}


class Outwards(Smuggler):
    """From the guest, which is told the secret as an argument, to whoever sees the run."""

    # Those that must tell all that they are given: otherwise the test would show nothing.
    OPEN = {"print", "print-error", "metric-names", "metric-values", "metric-steps", "matrix-sizes", "matrix-labels",
            "phase-names", "phase-totals", "output-text"} | ({
                "output-values", "output-tensor-names", "output-shapes", "checkpoint-position",
                "checkpoint-learning-rates"} if WITH_TORCH else set())

    def tell(self, channel, *flags):
        outputs = [flag for i in range(8) for flag in ("--out", f"o{i}")]
        directory = f"{channel}{len(flags)}"
        ended, record = self.smuggle(channel, *outputs, *flags, "--limit", "memory=256MiB",
                                     guest=["--secret", SECRET.hex()], directory=directory)
        return prefix(OUTWARD[channel](Run(self.folder / directory, ended, record))), record["egress"], ended

    def test_what_is_told_is_counted(self):
        self.assertEqual(set(OUTWARD), set(self.channels("out")))
        for channel in OUTWARD:
            with self.subTest(channel):
                arrived, egress, ended = self.tell(channel)
                self.assertLessEqual(arrived, egress["total"], ended)
                if channel in self.OPEN:
                    self.assertEqual(arrived, len(SECRET), ended)

    def test_little_egress_tells_little(self):
        for channel in OUTWARD:
            with self.subTest(channel):
                arrived, egress, ended = self.tell(channel, "--limit", "egress=16")
                self.assertLessEqual(arrived, 16, ended)
                self.assertLessEqual(egress["total"], 16 + 2)
