#!/usr/bin/env python3
"""The digest that Cloister gives granted contents, computed without Cloister: `content_digest.py PATH`.

PATH is a safetensors, .csv, .npy, .npz or .txt file, the images file of an IDX dataset, or a folder of class folders;
the scheme is in docs/data.md. Whoever receives a result can compare the digests in its record with those of the data as they know them.
"""

import hashlib
import os
import struct
import sys

CHUNK = 16384
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg")
FILE_ENDINGS = (".safetensors", ".csv", ".npy", ".npz", ".txt")  # what one file holds


def number(value):
    return struct.pack("<Q", value)


def file_digest(path):
    digest = hashlib.sha256(b"cloister:file:1\n" + number(os.path.getsize(path)) + number(CHUNK))
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(hashlib.sha256(chunk).digest())
    return digest


def idx_digest(path):
    folder, name = os.path.split(path)
    name = name.replace("images", "labels", 1)
    place = name.find("idx")
    if 0 <= place < len(name) - 3:
        name = name[: place + 3] + "1" + name[place + 4 :]
    parts = file_digest(path).digest() + file_digest(os.path.join(folder, name)).digest()
    return hashlib.sha256(b"cloister:dataset:idx:1\n" + parts)


def folder_digest(path):
    root = os.fsencode(path)

    def names(folder):
        return sorted(name for name in os.listdir(folder) if not name.startswith(b"."))

    files = [
        group + b"/" + name
        for group in names(root)
        if os.path.isdir(os.path.join(root, group))
        for name in names(os.path.join(root, group))
        if os.fsdecode(name).lower().endswith(IMAGE_ENDINGS)
    ]
    digest = hashlib.sha256(b"cloister:dataset:folder:1\n" + number(len(files)))
    for file in files:
        digest.update(number(len(file)) + file)
    for file in files:
        with open(os.path.join(root, file), "rb") as opened:
            digest.update(hashlib.sha256(opened.read()).digest())
    return digest


def main(arguments):
    if len(arguments) != 1:
        print("usage: content_digest.py PATH", file=sys.stderr)
        return 2
    path = arguments[0]
    try:
        if os.path.isdir(path):
            digest = folder_digest(path)
        elif path.lower().endswith(FILE_ENDINGS):
            digest = file_digest(path)
        else:
            digest = idx_digest(path)
    except OSError as why:
        print(f"content_digest: no digest of '{path}': {why}", file=sys.stderr)
        return 1
    print(f"{digest.hexdigest()}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
