"""Datasets of every format, seen by a guest: what they hold, parts and orders, and what is wrong with bad ones."""

import io
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import unittest
import zipfile

from harness import COMPONENTS, Case, idx_images, needs_torch, png, safetensors

UINT8, INT64, FLOAT32 = 1, 5, 8  # dtypes as the guest prints them


def npy(descr: str, shape: str, elements: bytes) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + elements


class DatasetCase(Case):
    def show(self, path, *guest, flags=()):
        return self.run_guest("datasets", "--grant", f"dataset:data={path}", "--directory", "run", *flags, guest=guest)

    def shown(self, path, *guest, flags=()) -> list[str]:
        ended = self.show(path, *guest, flags=flags)
        self.assertEqual(ended.code, 0, ended)
        self.ended = ended
        shutil.copy(self.folder / "run/run.json", self.folder / "last.json")
        shutil.rmtree(self.folder / "run")
        return ended.out.decode().splitlines()

    def put(self, name: str, contents) -> str:
        (self.folder / name).write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return name

    def refuse(self, path, *words, flags=()):
        self.assert_stopped(self.show(path, flags=flags), 3, path, *words)
        shutil.rmtree(self.folder / "run")


@needs_torch
class Formats(DatasetCase):
    TABLE = "size,weight,species\n1,0.5,ox\n2,,ant\n3,2.5,ox\n4,8,ant\n5,16,ant\n"

    def test_csv(self):
        table = self.put("t.csv", self.TABLE)
        self.assertEqual(self.shown(table), [
            f"column size {INT64} []", f"column weight {FLOAT32} []", f"column species {INT64} [] ant ox", "samples 5",
            f"tensor {INT64} [4] 1 2 3 4", f"tensor {FLOAT32} [4] 0.5 nan 2.5 8", f"tensor {INT64} [4] 1 0 1 0",
            f"tensor {INT64} [1] 5", f"tensor {FLOAT32} [1] 16", f"tensor {INT64} [1] 0"])
        self.assertEqual(self.shown(table, "--columns", "size,weight/species", "--drop-last", "--skip", "2", "--batch", "2")[4:],
                         [f"tensor {FLOAT32} [2,2] 3 2.5 4 8", f"tensor {INT64} [2] 1 0"])
        self.assertEqual(self.shown(table, "--columns", "size", "--window", "3", "--stride", "2")[3:],
                         ["samples 2", f"tensor {INT64} [2,3] 1 2 3 3 4 5"])
        self.assertEqual(self.shown(table, "--halves", "--columns", "size")[3:],
                         ["halves 3 2", "samples 2", f"tensor {INT64} [2] 4 5"])

    def test_words_of_a_table_are_egress(self):
        table = self.put("t.csv", self.TABLE)
        self.assert_stopped(self.show(table, flags=["--limit", "egress=4"]), 4, "--limit egress=")

    def test_what_is_read_is_limited(self):
        table = self.put("t.csv", self.TABLE)
        self.shown(table)
        used = json.loads((self.folder / "last.json").read_text())["limits"]["dataset"]["used"]
        self.assertGreaterEqual(used, 2 * len(self.TABLE))  # the opening and a pass
        self.assert_stopped(self.show(table, flags=["--limit", f"dataset={used - 1}"]), 4, "--limit dataset=")

    def test_orders_are_the_same_in_each_run(self):
        table = self.put("t.csv", self.TABLE)
        first = self.shown(table, "--shuffled", "--columns", "size", "--batch", "5")
        self.assertEqual(sorted(first[-1].split()[3:]), list("12345"))
        self.assertEqual(self.shown(table, "--shuffled", "--columns", "size", "--batch", "5"), first)
        drawn = self.shown(table, "--draws", "200", "--columns", "species", "--batch", "200")[-1].split()[3:]
        self.assertTrue(70 < drawn.count("1") < 130, drawn)

    def test_text(self):
        self.assertEqual(self.shown(self.put("play.txt", "To be")),
                         [f"column text {UINT8} []", "samples 5", f"tensor {UINT8} [4] 84 111 32 98", f"tensor {UINT8} [1] 101"])

    def test_arrays(self):
        x = npy("'<f4'", "(3, 2)", struct.pack("<6f", *range(6)))
        y = npy("'<i8'", "(3,)", struct.pack("<3q", 7, 8, 9))
        self.assertEqual(self.shown(self.put("x.npy", x)),
                         [f"column array {FLOAT32} [2]", "samples 3", f"tensor {FLOAT32} [3,2] 0 1 2 3 4 5"])
        for method in [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]:
            with zipfile.ZipFile(self.folder / "xy.npz", "w", method) as archive:
                with archive.open("x.npy", "w", force_zip64=True) as member:
                    member.write(x)
                archive.writestr("y.npy", y)
            self.assertEqual(self.shown("xy.npz", "--skip", "1")[1:],
                             [f"column y {INT64} []", "samples 2", f"tensor {FLOAT32} [2,2] 2 3 4 5", f"tensor {INT64} [2] 8 9"])
        safetensors(self.folder / "t.safetensors", {"y": {"dtype": "I64", "shape": [2], "data_offsets": [0, 16]}},
                    struct.pack("<2q", 1, 2))
        self.assertEqual(self.shown("t.safetensors")[-1], f"tensor {INT64} [2] 1 2")

    def test_images(self):
        images = idx_images(self.folder / "data", "train", 12)
        lines = self.shown(images, "--batch", "12")
        self.assertEqual(lines[0], f"column image {UINT8} [28,28]")
        self.assertEqual(lines[1].split()[:4], ["column", "label", str(INT64), "[]"])
        plain = self.shown(images, "--batch", "12", "--resize", "20", "--rgb")
        changed = self.shown(images, "--batch", "12", "--resize", "20", "--rgb", "--augment")
        self.assertIn(f"tensor {UINT8} [12,20,20,3] sum", changed[3])
        self.assertNotEqual(plain[3], changed[3])
        self.assertEqual(self.shown(images, "--batch", "12", "--resize", "20", "--rgb", "--augment"), changed)

    def test_digests_are_those_of_the_tool(self):
        tool = pathlib.Path(__file__).resolve().parents[2] / "tools/content_digest.py"
        table = self.put("t.csv", self.TABLE)
        self.shown(table)
        told = subprocess.run([sys.executable, tool, self.folder / table], capture_output=True, check=True, text=True)
        self.assertIn(told.stdout.split()[0], (self.folder / "last.json").read_text())


@needs_torch
class BadDatasets(DatasetCase):
    def test_csv_row_of_another_width(self):
        self.refuse(self.put("t.csv", "a,b\n1,2\n3,4,5\n"), "line 3 has 3 fields, but the header has 2")

    def test_csv_quoting(self):
        self.refuse(self.put("t.csv", 'a,b\n1,"x\n'), "line 2 has a quote that is never closed")

    def test_npy_of_objects(self):
        self.refuse(self.put("o.npy", npy("'|O'", "(2,)", bytes(16))), "objects", "astype")

    def test_npy_that_is_not_little_endian_rows(self):
        self.refuse(self.put("b.npy", npy("'>f4'", "(2,)", bytes(8))), "big-endian", "astype")
        self.refuse(self.put("b.npy", npy("[('x', '<f4')]", "(2,)", bytes(8))), "structures", "numpy.savez")

    def test_npz_that_is_cut(self):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("x.npy", npy("'<f4'", "(2,)", bytes(8)))
        self.refuse(self.put("x.npz", whole.getvalue()[:-9]), "truncated")

    def test_safetensors_header_that_lies(self):
        safetensors(self.folder / "t.safetensors", {"x": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 8]}}, bytes(8))
        self.refuse("t.safetensors", "'x'", "8 bytes")
        self.refuse(self.put("t.safetensors", struct.pack("<Q", 1 << 62) + b"{}"), "header")

    def test_text_that_is_empty(self):
        self.refuse(self.put("t.txt", ""), "empty")


@needs_torch
class BrokenImages(DatasetCase):
    def setUp(self):
        super().setUp()
        for label in ["cat", "dog"]:
            for name in ["a.png", "b.png"]:
                png(self.folder / "photos" / label / name, 8, 8)
        broken = self.folder / "photos/cat/b.png"
        broken.write_bytes(broken.read_bytes()[:-30])

    def test_fails_the_run(self):
        self.assert_stopped(self.show("photos"), 3, "the dataset 'data'", "cat/b.png")
        self.assertEqual(self.record()["grants"][0]["skipped"], {"count": 0, "files": []})

    def test_left_out_counted_and_named(self):
        lines = self.shown("photos", flags=["--skip-broken"])
        self.assertEqual(lines[2], "samples 4")
        self.assertIn(f"tensor {UINT8} [3,8,8,3]", lines[3])
        self.assertEqual(lines[4], f"tensor {INT64} [3] 0 1 1")
        self.assertIn("note: --skip-broken left out 1 image file of the dataset 'data' that cannot be decoded: 'cat/b.png'",
                      self.ended.said)
        (self.folder / "last.json").rename(self.folder / "run.json")
        skipped = self.record(".")["grants"][0]["skipped"]
        self.assertEqual(skipped["count"], 1)
        self.assertEqual(skipped["files"][0]["file"], "cat/b.png")
        self.assertIn("cat/b.png", skipped["files"][0]["why"])
        self.assertEqual(self.record(".")["egress"]["outcome"], 8)

    def test_the_job_file_says_it_as_well(self):
        (self.folder / "job.toml").write_text(f'component = "{COMPONENTS}/datasets.wasm"\nskip-broken = true\n'
                                              'directory = "run"\n[grants.dataset]\ndata = "photos"\n')
        ended = self.cloister("run", "job.toml")
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(self.record()["grants"][0]["skipped"]["count"], 1)


if __name__ == "__main__":
    unittest.main()
