"""What the end-to-end tests share: running the built command, and small data made on the spot.

ctest sets the environment (CMakeLists.txt); by hand: CLOISTER=build/bin/cloister
CLOISTER_COMPONENTS=build/components CLOISTER_PROGRAMS=build/bin python3 -m unittest run_test
"""

import json
import os
import pathlib
import random
import struct
import subprocess
import tempfile
import unittest
import zlib

COMMAND = os.environ["CLOISTER"]
COMPONENTS = pathlib.Path(os.environ["CLOISTER_COMPONENTS"])
PROGRAMS = pathlib.Path(os.environ["CLOISTER_PROGRAMS"])
# What `make data` fetches, and small image files that are checked in.
DATA = pathlib.Path(os.environ.get("CLOISTER_DATA", "~/.cache/cloister/data")).expanduser()
IMAGES = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/image"
WITH_TORCH = os.environ.get("CLOISTER_WITH_TORCH", "1") == "1"

needs_torch = unittest.skipUnless(WITH_TORCH, "this build has no libtorch backend")


class Ended:
    """How a command ended."""

    def __init__(self, code: int, out: bytes, err: bytes):
        self.code, self.out, self.err = code, out, err.decode(errors="replace")

    @property
    def said(self) -> list[str]:
        """The sentences of Cloister itself."""
        return [line.removeprefix("cloister: ") for line in self.err.splitlines() if line.startswith("cloister: ")]

    def __str__(self):
        return f"exit code {self.code}\n{self.out.decode(errors='replace')}\n{self.err}"


class Case(unittest.TestCase):
    """A test with a folder of its own, which is also the current one."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="cloister-e2e-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def cloister(self, *arguments, env=None, timeout=150, **options) -> Ended:
        done = subprocess.run([COMMAND, *map(str, arguments)], cwd=self.folder, env={**os.environ, **(env or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False, **options)
        return Ended(done.returncode, done.stdout, done.stderr)

    def run_guest(self, name: str, *flags, guest=(), **options) -> Ended:
        return self.cloister("run", COMPONENTS / f"{name}.wasm", *backend(), *flags, "--", *guest, **options)

    def misuse(self, case: str, *flags, **options) -> Ended:
        return self.run_guest("misuse", "--directory", "run", *flags, guest=["--case", case], **options)

    def record(self, folder="run") -> dict:
        return json.loads((self.folder / folder / "run.json").read_text())

    def assert_refused(self, ended: Ended, code: int, *words: str):
        """One sentence with all the words and nothing else, nothing left behind but what was there."""
        self.assertEqual(ended.code, code, ended)
        self.assertEqual(ended.err.count("\n"), 1, ended)
        self.assertEqual(len(ended.said), 1, ended)
        for word in words:
            self.assertIn(str(word), ended.said[0])
        self.assertEqual(ended.out, b"", ended)

    def assert_stopped(self, ended: Ended, code: int, *words: str):
        """A run that started and ended badly: a sentence with all the words, and a record that says the same."""
        self.assertEqual(ended.code, code, ended)
        for word in words:
            self.assertIn(str(word), "\n".join(ended.said))
        self.assertIn("what was finished is in", ended.said[-1])
        record = self.record()
        self.assertEqual(record["exit_code"], code)
        self.assertIn(record["error"].split("\n")[0][:20], ended.err)
        self.assertEqual([], sorted(self.folder.rglob("*.partial")))

    def assert_runs_well(self):
        """Whatever happened before: the next run is as it should be."""
        ended = self.run_guest("empty", "--directory", "after")
        self.assertEqual(ended.code, 0, ended)


def backend() -> list[str]:
    return [] if WITH_TORCH else ["--backend", "stub"]


def idx_images(folder: pathlib.Path, part: str, count: int, side=28, seed=0) -> pathlib.Path:
    """An MNIST-like pair of files: each class has its own brightness, so there is something to learn."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    labels = bytes(i % 10 for i in range(count))
    pixels = b"".join(bytes(min(255, label * 25 + rng.randrange(20)) for _ in range(side * side)) for label in labels)
    images = folder / f"{part}-images-idx3-ubyte"
    images.write_bytes(struct.pack(">IIII", 0x803, count, side, side) + pixels)
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels)
    return images


def png(path: pathlib.Path, width: int, height: int, grey=128):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([grey, grey // 2, 255 - grey] * width) for _ in range(height))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def safetensors(path: pathlib.Path, header: dict, data=b""):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path: pathlib.Path) -> dict:
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    body = raw[8 + size:]
    return {name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


def component_that_imports(name: str | None) -> bytes:
    """A binary component with one function import, or with nothing."""
    component = b"\0asm\x0d\0\1\0"
    if name is not None:
        imported = b"\1\0" + bytes([len(name)]) + name.encode() + b"\1\0"
        component += b"\7\5\1\x40\0\1\0" + b"\x0a" + bytes([len(imported)]) + imported
    return component


def transfer_flags(train: pathlib.Path, test: pathlib.Path) -> list[str]:
    return ["--grant", f"dataset:train={train}", "--grant", f"dataset:test={test}"]


POOL = ["--backbone", "pool", "--batch", "16"]
