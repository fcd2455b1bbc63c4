"""The converter of checkpoints: right bytes out of both formats, and nothing hostile is run."""

import collections
import contextlib
import importlib.util
import io
import json
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "checkpoint_to_safetensors.py"

specification = importlib.util.spec_from_file_location("converter", TOOL)
converter = importlib.util.module_from_spec(specification)
specification.loader.exec_module(converter)


# Stand-ins with PyTorch's names, so that Python's pickler writes what PyTorch's does.
torch = types.ModuleType("torch")
torch._utils = types.ModuleType("torch._utils")
sys.modules["torch"], sys.modules["torch._utils"] = torch, torch._utils
for name in list(converter.STORAGES) + ["StrangeStorage"]:
    setattr(torch, name, type(name, (), {"__module__": "torch"}))


def _rebuild_tensor_v2(*_):
    raise AssertionError("a function named by a pickle was called")


_rebuild_tensor_v2.__module__ = "torch._utils"
_rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
torch._utils._rebuild_tensor_v2 = _rebuild_tensor_v2


class Storage:
    def __init__(self, kind, key, count):
        self.identity = ("storage", getattr(torch, kind), key, "cpu", count)


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.arguments = (storage, offset, shape, strides, False, collections.OrderedDict())

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        return value.identity


def pickled(value):
    stream = io.BytesIO()
    Pickler(stream, protocol=2).dump(value)
    return stream.getvalue()


def legacy(root, storages, keys=None, system=None):
    """storages: {key: (count, bytes)}"""
    parts = [pickled(converter.LEGACY_MAGIC), pickled(converter.LEGACY_PROTOCOL)]
    parts.append(pickled(system if system is not None else {"little_endian": True, "protocol_version": 1001}))
    parts.append(root if isinstance(root, bytes) else pickled(root))
    parts.append(pickled(sorted(storages) if keys is None else keys))
    for key in sorted(storages):
        count, contents = storages[key]
        parts.append(struct.pack("<q", count) + contents)
    return b"".join(parts)


def archive(root, storages, byteorder=b"little"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("model/data.pkl", root if isinstance(root, bytes) else pickled(root))
        file.writestr("model/byteorder", byteorder)
        for key, (_, contents) in storages.items():
            file.writestr(f"model/data/{key}", contents)
    return stream.getvalue()


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


SIX = {"0": (6, floats(0, 1, 2, 3, 4, 5))}


def six(shape=(2, 3), strides=(3, 1), offset=0, kind="FloatStorage", key="0", count=6):
    return Tensor(Storage(kind, key, count), offset, shape, strides)


def run_tool(source, target):
    """The tool in this process: a new one for each case would take most of the test's time."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = converter.main([str(source), str(target)])
    return types.SimpleNamespace(returncode=code, stdout=output.getvalue(), stderr=errors.getvalue())


class CheckpointTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.source, self.target = self.folder / "in.pth", self.folder / "out.safetensors"

    def run_tool(self, contents):
        self.source.write_bytes(contents)
        return run_tool(self.source, self.target)

    def convert(self, contents):
        """{name: (dtype, shape, bytes)}"""
        done = self.run_tool(contents)
        self.assertEqual(done.returncode, 0, done.stderr)
        file = self.target.read_bytes()
        length = struct.unpack("<Q", file[:8])[0]
        self.assertEqual(length % 8, 0)
        header = json.loads(file[8 : 8 + length])
        data = file[8 + length :]
        self.assertEqual(sum(e["data_offsets"][1] - e["data_offsets"][0] for e in header.values()), len(data))
        return {n: (e["dtype"], e["shape"], data[slice(*e["data_offsets"])]) for n, e in header.items()}

    def refuse(self, contents, why):
        done = self.run_tool(contents)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(why, done.stderr)
        self.assertIn("in.pth", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["in.pth"])

    def test_both_formats_give_the_same_tensors(self):
        root = collections.OrderedDict(
            weight=six(), count=Tensor(Storage("LongStorage", "1", 1), 0, (), ()), row=six((3,), (1,), 3)
        )
        storages = {**SIX, "1": (1, struct.pack("<q", 7))}
        expected = {
            "weight": ("F32", [2, 3], floats(0, 1, 2, 3, 4, 5)),
            "count": ("I64", [], struct.pack("<q", 7)),
            "row": ("F32", [3], floats(3, 4, 5)),
        }
        self.assertEqual(self.convert(legacy(root, storages)), expected)
        self.assertEqual(self.convert(archive(root, storages)), expected)
        self.assertEqual(self.convert(archive({"epoch": 3, "state_dict": root}, storages)), expected)

    def test_strides(self):
        for shape, strides, values in [
            ((3, 2), (1, 3), (0, 3, 1, 4, 2, 5)),
            ((1, 3, 2), (100, 1, 3), (0, 3, 1, 4, 2, 5)),
            ((3,), (2,), (0, 2, 4)),
            ((2, 2), (0, 3), (0, 3, 0, 3)),
            ((2, 2), (0, 0), (0, 0, 0, 0)),
            ((0, 3), (3, 1), ()),
        ]:
            got = self.convert(legacy({"t": six(shape, strides)}, SIX))
            self.assertEqual(got["t"], ("F32", list(shape), floats(*values)), (shape, strides))

    def test_every_storage(self):
        for kind, (dtype, size) in converter.STORAGES.items():
            contents = bytes(range(2 * size))
            got = self.convert(archive({"t": six((2,), (1,), 0, kind, count=2)}, {"0": (2, contents)}))
            self.assertEqual(got["t"], (dtype, [2], contents))

    def test_functions_are_refused_by_name_and_never_run(self):
        marker = self.folder / "was-run"
        evil = {
            "posix.system": b"cposix\nsystem\nX%b%btR." % (struct.pack("<I", len(f"touch {marker}")), f"touch {marker}".encode()),
            "os.system": b"cos\nsystem\n(X\x04\x00\x00\x00truetR.",
            "builtins.eval": b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
            "builtins.getattr": b"cbuiltins\ngetattr\n.",
            "torch.load": b"ctorch\nload\n.",
            "torch.StrangeStorage": b"ctorch\nStrangeStorage\n.",
            "INST": b"(ios\nsystem\n.",
            "OBJ": b"(cos\nsystem\no.",
            "NEWOBJ": b"ccollections\nOrderedDict\n)\x81.",
            "EXT1": b"\x82\x01.",
        }
        for name, program in evil.items():
            wrong = name if "." in name else ("os.system" if name == "OBJ" else name)
            self.refuse(legacy(program, {}), wrong)
            self.refuse(archive(program, {}), wrong)
        # First of all the magic number: a plain pickle is no checkpoint, and is not run either.
        self.refuse(evil["os.system"], "os.system")
        self.assertFalse(marker.exists())

    def test_build_does_not_touch_anything_but_dictionaries(self):
        self.refuse(legacy(b"ctorch\nFloatStorage\n}b.", {}), "was expected")

    def test_lies_are_refused(self):
        good = {"t": six()}
        for why, contents in {
            "leaves its storage": legacy({"t": six((2, 4), (3, 1))}, SIX),
            "that leaves": legacy({"t": six(offset=1)}, SIX),
            "of shape [1000000000": legacy({"t": six((1000000000,), (0,))}, SIX),
            "-1 as a tensor's shape": legacy({"t": six((-1,), (1,))}, SIX),
            "'2' as a tensor's shape": legacy({"t": six(("2",), (1,))}, SIX),
            "as a tensor's shape": legacy({"t": six((1 << 70,), (1,))}, SIX),
            "more sizes than strides": legacy({"t": six((2, 3), (1,))}, SIX),
            "True as a tensor's offset": legacy({"t": six(offset=True)}, SIX),
            "truncated": legacy(good, SIX)[:-1],
            "lies about the storage": legacy(good, {"0": (7, SIX["0"][1])}),
            "in two ways": legacy({"a": six(), "b": six(count=5)}, SIX),
            "list of storages": legacy(good, SIX, keys=["0", "9"]),
            "big-endian": legacy(good, SIX, system={"little_endian": False}),
            "no dictionary": legacy([six()], SIX),
            "entry 't' is not": legacy({"t": 5}, {}),
            "entry 5 is not": legacy({5: six()}, SIX),
            "lies about the size": archive(good, {"0": (5, floats(1, 2, 3, 4, 5))}),
            "damaged zip": archive(good, {}),
            "not one of PyTorch": archive(good, SIX).replace(b"data.pkl", b"data.xyz"),
            "on a big-endian": archive(good, SIX, b"big"),
            "damaged": b"",
            "begins otherwise": pickled(5),
            "unknown version": pickled(converter.LEGACY_MAGIC) + pickled(2),
            "is damaged": legacy(b"\x80\x02}q\x00.", {})[:40] + b"\xff" * 40,
        }.items():
            with self.subTest(why):
                self.refuse(contents, why)

    def test_truncation_anywhere_is_an_error(self):
        whole = legacy({"t": six()}, SIX)
        for size in range(len(whole)):
            with self.assertRaises(converter.Refused, msg=size):
                converter.read_legacy(io.BytesIO(whole[:size]), size)

    def test_missing_files(self):
        done = run_tool(self.folder / "absent", self.target)
        self.assertEqual(done.returncode, 1)
        self.assertIn("absent", done.stderr)


    def test_it_is_a_command(self):
        self.source.write_bytes(legacy({"t": six()}, SIX))
        done = subprocess.run([sys.executable, str(TOOL), self.source, self.target], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.target}: 1 tensors\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
