#!/usr/bin/env python3
"""Turns a PyTorch checkpoint of weights (.pth, .pt) into safetensors without ever running pickled code.

    checkpoint_to_safetensors.py CHECKPOINT OUTPUT

A checkpoint is a pickle: a program that may call any Python function. This reader interprets the few instructions that
saved weights need, with an allow-list of names that stand for what they describe and are never imported or called;
anything else ends the conversion by its name. Both formats of torch.save are read: the one before PyTorch 1.6 (pickles
and storages one after the other) and the zip archive since. Standard library only; PyTorch is not needed.
"""

import io
import json
import math
import os
import pickletools
import struct
import sys
import zipfile

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
MAX_PICKLE_OPERATIONS = 10_000_000

# torch storage class -> (safetensors dtype, bytes an element)
STORAGES = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}
CALLABLES = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
}


class Refused(Exception):
    """The checkpoint cannot be converted; the text is one sentence for a person."""


class Global:
    """A name that the pickle mentions. Nothing is imported."""

    def __init__(self, module, name):
        known = (module, name) in CALLABLES or (module == "torch" and name in STORAGES)
        if not known:
            raise Refused(f"the checkpoint wants {module}.{name}, which no saved weights need; it was not run")
        self.module, self.name = module, name


class Storage:
    """A flat run of elements, named by a key."""

    def __init__(self, dtype, element_size, key, count):
        self.dtype, self.element_size, self.key, self.count = dtype, element_size, key, count


class Tensor:
    """A strided window into a storage."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def count(self):
        return math.prod(self.shape)


MARK = object()


def whole(value, what):
    """A size or offset out of the pickle."""
    if type(value) is not int or not 0 <= value < 1 << 62:
        raise Refused(f"the checkpoint gives {value!r:.60} as {what}")
    return value


def sizes(value, what):
    if type(value) is not tuple or len(value) > 64:
        raise Refused(f"the checkpoint gives {value!r:.60} as {what}")
    return [whole(size, what) for size in value]


class Interpreter:
    """Runs one pickle over a stack of plain values."""

    def __init__(self):
        self.stack = []
        self.memo = {}
        self.storages = {}

    def run(self, stream):
        """The value of the pickle at the stream's position, which moves behind it."""
        operations = 0
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                operations += 1
                if operations > MAX_PICKLE_OPERATIONS:
                    raise Refused("the checkpoint's pickle is far longer than that of any weights")
                handler = self.HANDLERS.get(opcode.name)
                if handler is None:
                    raise Refused(f"the checkpoint uses the pickle instruction {opcode.name}, which no weights need")
                handler(self, argument)
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise Refused(f"the checkpoint's pickle is damaged: {error}") from None
        if len(self.stack) != 1:
            raise Refused("the checkpoint's pickle is damaged: it leaves no single value")
        return self.stack.pop()

    def push(self, value):
        self.stack.append(value)

    def pop_to_mark(self):
        items = []
        while (item := self.stack.pop()) is not MARK:
            items.append(item)
        return items[::-1]

    def top(self, kind):
        if type(self.stack[-1]) is not kind:
            raise Refused(f"the checkpoint's pickle is damaged: a {kind.__name__} was expected")
        return self.stack[-1]

    def tuple_of(self, count):
        items = [self.stack.pop() for _ in range(count)]
        self.push(tuple(items[::-1]))

    def set_items(self, items):
        target = self.top(dict)
        if len(items) % 2:
            raise Refused("the checkpoint's pickle is damaged: a key without a value")
        for key, value in zip(items[::2], items[1::2]):
            if type(key) not in (str, int):
                raise Refused("the checkpoint has a key that is neither text nor a number")
            target[key] = value

    def stack_global(self):
        name, module = self.stack.pop(), self.stack.pop()
        if type(name) is not str or type(module) is not str:
            raise Refused("the checkpoint's pickle is damaged: a name that is no text")
        self.push(Global(module, name))

    def build(self):
        # state_dict() hangs its `_metadata` on the dictionary; nothing of it is wanted.
        self.stack.pop()
        self.top(dict)

    def reduce(self):
        arguments, function = self.stack.pop(), self.stack.pop()
        if type(function) is not Global or type(arguments) is not tuple:
            raise Refused("the checkpoint's pickle calls something that is not a function")
        if function.name == "OrderedDict" and arguments == ():
            self.push({})
        elif function.name == "_rebuild_tensor_v2" and 6 <= len(arguments) <= 7:
            self.push(self.tensor(*arguments[:4]))
        elif function.name == "_rebuild_parameter" and len(arguments) == 3 and type(arguments[0]) is Tensor:
            self.push(arguments[0])
        else:
            raise Refused(f"the checkpoint calls {function.module}.{function.name} in a way that no weights need")

    @staticmethod
    def tensor(storage, offset, shape, strides):
        if type(storage) is not Storage:
            raise Refused("the checkpoint has a tensor without a storage")
        shape, strides = sizes(shape, "a tensor's shape"), sizes(strides, "a tensor's strides")
        offset = whole(offset, "a tensor's offset")
        if len(shape) != len(strides):
            raise Refused("the checkpoint has a tensor with more sizes than strides, or fewer")
        tensor = Tensor(storage, offset, shape, strides)
        if tensor.count():
            last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides))
            # The second bound keeps an expanded tensor, which repeats elements, from filling the disk.
            if last >= storage.count or tensor.count() > storage.count:
                raise Refused(f"the checkpoint has a tensor of shape {shape} that leaves its storage")
        return tensor

    def persistent(self):
        identity = self.stack.pop()
        # ("storage", class, key, device, elements[, view])
        if type(identity) is not tuple or len(identity) not in (5, 6) or identity[0] != "storage":
            raise Refused("the checkpoint refers to something outside that is not a storage")
        _, kind, key, _, count = identity[:5]
        if type(kind) is not Global or kind.name not in STORAGES or type(key) is not str:
            raise Refused("the checkpoint refers to a storage of no known kind")
        if len(identity) == 6 and identity[5] is not None:
            raise Refused("the checkpoint has views of storages, which PyTorch has not written since 0.4; save it anew")
        dtype, element_size = STORAGES[kind.name]
        storage = Storage(dtype, element_size, key, whole(count, "a storage's size"))
        known = self.storages.setdefault(key, storage)
        if (known.dtype, known.count) != (storage.dtype, storage.count):
            raise Refused(f"the checkpoint describes the storage {key!r:.40} in two ways")
        self.push(known)

    HANDLERS = {
        "PROTO": lambda self, version: None,
        "FRAME": lambda self, size: None,
        "STOP": lambda self, _: None,
        "MARK": lambda self, _: self.push(MARK),
        "NONE": lambda self, _: self.push(None),
        "NEWTRUE": lambda self, _: self.push(True),
        "NEWFALSE": lambda self, _: self.push(False),
        "EMPTY_DICT": lambda self, _: self.push({}),
        "EMPTY_LIST": lambda self, _: self.push([]),
        "EMPTY_TUPLE": lambda self, _: self.push(()),
        "TUPLE": lambda self, _: self.push(tuple(self.pop_to_mark())),
        "TUPLE1": lambda self, _: self.tuple_of(1),
        "TUPLE2": lambda self, _: self.tuple_of(2),
        "TUPLE3": lambda self, _: self.tuple_of(3),
        "APPEND": lambda self, _: (item := self.stack.pop(), self.top(list).append(item)),
        "APPENDS": lambda self, _: (items := self.pop_to_mark(), self.top(list).extend(items)),
        "SETITEM": lambda self, _: (items := [self.stack.pop(), self.stack.pop()], self.set_items(items[::-1])),
        "SETITEMS": lambda self, _: (items := self.pop_to_mark(), self.set_items(items)),
        "BINPUT": lambda self, place: self.memo.__setitem__(place, self.stack[-1]),
        "LONG_BINPUT": lambda self, place: self.memo.__setitem__(place, self.stack[-1]),
        "MEMOIZE": lambda self, _: self.memo.__setitem__(len(self.memo), self.stack[-1]),
        "BINGET": lambda self, place: self.push(self.memo[place]),
        "LONG_BINGET": lambda self, place: self.push(self.memo[place]),
        "GLOBAL": lambda self, name: self.push(Global(*name.split(" ", 1))),
        "STACK_GLOBAL": lambda self, _: self.stack_global(),
        "REDUCE": lambda self, _: self.reduce(),
        "BUILD": lambda self, _: self.build(),
        "BINPERSID": lambda self, _: self.persistent(),
        **dict.fromkeys(
            ["BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"],
            lambda self, value: self.push(value),
        ),
    }


def read_legacy(stream, size):
    """(root value, {key: bytes}) of the format before PyTorch 1.6."""
    if Interpreter().run(stream) != LEGACY_MAGIC:
        raise Refused("it is not a PyTorch checkpoint: it begins otherwise")
    if Interpreter().run(stream) != LEGACY_PROTOCOL:
        raise Refused("it is a PyTorch checkpoint of an unknown version")
    system = Interpreter().run(stream)
    if type(system) is not dict or system.get("little_endian") is not True:
        raise Refused("it was saved on a big-endian machine, which is not read here")
    interpreter = Interpreter()
    root = interpreter.run(stream)
    keys = Interpreter().run(stream)
    if type(keys) is not list or sorted(map(str, keys)) != sorted(interpreter.storages):
        raise Refused("its list of storages does not agree with its tensors")
    contents = {}
    for key in keys:
        storage = interpreter.storages[key]
        head = stream.read(8)
        length = storage.count * storage.element_size
        if len(head) != 8 or struct.unpack("<q", head)[0] != storage.count or length > size - stream.tell():
            raise Refused(f"it is truncated or lies about the storage {key!r:.40}")
        contents[key] = stream.read(length)
    return root, contents


def read_zip(stream):
    """(root value, {key: bytes}) of the zip archive that PyTorch writes since 1.6."""
    try:
        with zipfile.ZipFile(stream) as archive:
            roots = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            if len(roots) != 1:
                raise Refused("it is a zip archive, but not one of PyTorch")
            folder = roots[0][: -len("data.pkl")]
            order = folder + "byteorder"
            if order in archive.namelist() and archive.read(order) != b"little":
                raise Refused("it was saved on a big-endian machine, which is not read here")
            interpreter = Interpreter()
            root = interpreter.run(io.BytesIO(archive.read(roots[0])))
            contents = {}
            for key, storage in interpreter.storages.items():
                entry = archive.getinfo(f"{folder}data/{key}")
                if entry.file_size != storage.count * storage.element_size:
                    raise Refused(f"it lies about the size of the storage {key!r:.40}")
                contents[key] = archive.read(entry)
            return root, contents
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError) as error:
        raise Refused(f"it is a damaged zip archive: {error}") from None


def elements(tensor, storage):
    """The tensor's elements, row-major, as bytes."""
    count, size = tensor.count(), tensor.storage.element_size
    dense = [math.prod(tensor.shape[i + 1 :]) for i in range(len(tensor.shape))]
    strided = [i for i, length in enumerate(tensor.shape) if length > 1 and tensor.strides[i] != dense[i]]
    if not strided or count == 0:
        return storage[tensor.offset * size : (tensor.offset + count) * size]
    # The longest dimension is copied at once by slices with steps, the others one place after the other. A slice cannot
    # have a step of 0, which repeats one element: such a dimension is gone through.
    result = bytearray(count * size)
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
    source, target = memoryview(storage).cast(code), memoryview(result).cast(code)
    stepped = [i for i in range(len(tensor.shape)) if tensor.strides[i] > 0]
    whole_slice = max(stepped, key=lambda i: tensor.shape[i], default=None)
    places = [(tensor.offset, 0)]
    for i, length in enumerate(tensor.shape):
        if i != whole_slice:
            step, dense_step = tensor.strides[i], dense[i]
            places = [(at + k * step, to + k * dense_step) for at, to in places for k in range(length)]
    length, step, dense_step = 1, 1, 1
    if whole_slice is not None:
        length, step, dense_step = tensor.shape[whole_slice], tensor.strides[whole_slice], dense[whole_slice]
    for at, to in places:
        target[to : to + (length - 1) * dense_step + 1 : dense_step] = source[at : at + (length - 1) * step + 1 : step]
    return bytes(result)


def named_tensors(root):
    """{name: tensor} of a state dictionary, or of the one inside a training checkpoint."""
    if type(root) is dict and type(root.get("state_dict")) is dict:
        root = root["state_dict"]
    if type(root) is not dict or not root:
        raise Refused("it holds no dictionary of weights")
    for name, value in root.items():
        if type(name) is not str or type(value) is not Tensor:
            raise Refused(f"its entry {name!r:.60} is not a tensor with a name")
        try:
            name.encode()
        except UnicodeEncodeError:
            raise Refused("it has a name that is not Unicode text") from None
    return root


def write_safetensors(path, tensors, contents):
    """The same layout as Cloister's own writer: by falling element size, then by name. The file appears whole or not."""
    order = sorted(tensors, key=lambda name: (-tensors[name].storage.element_size, name.encode()))
    header, offset = {}, 0
    for name in order:
        tensor = tensors[name]
        end = offset + tensor.count() * tensor.storage.element_size
        header[name] = {"dtype": tensor.storage.dtype, "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    temporary = f"{path}.{os.getpid()}.partial"
    try:
        with open(temporary, "xb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for name in order:
                file.write(elements(tensors[name], contents[tensors[name].storage.key]))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def convert(source, target):
    with open(source, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        is_zip = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        root, contents = read_zip(stream) if is_zip else read_legacy(stream, size)
    tensors = named_tensors(root)
    write_safetensors(target, tensors, contents)
    return len(tensors)


def main(arguments):
    if len(arguments) != 2:
        print("usage: checkpoint_to_safetensors.py CHECKPOINT OUTPUT", file=sys.stderr)
        return 2
    source, target = arguments
    try:
        count = convert(source, target)
    except Refused as why:
        print(f"checkpoint_to_safetensors: '{source}' was not converted: {why}", file=sys.stderr)
        return 1
    except (OSError, MemoryError) as why:
        print(f"checkpoint_to_safetensors: '{source}' was not converted: {why}", file=sys.stderr)
        return 1
    print(f"{target}: {count} tensors")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
