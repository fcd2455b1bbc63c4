"""Bad input: one clear sentence that names the thing, an exit code other than 0, nothing half-written."""

import os
import resource
import shutil
import signal
import struct
import subprocess
import unittest

from harness import (COMMAND, COMPONENTS, POOL, Case, Ended, backend, component_that_imports, idx_images, needs_torch, png,
                     safetensors, transfer_flags)


class Components(Case):
    def refuse(self, content: bytes, *words):
        (self.folder / "bad.wasm").write_bytes(content)
        for command in ["run", "inspect"]:
            self.assert_refused(self.cloister(command, "bad.wasm"), 3, "bad.wasm", *words)
        self.assertEqual(["bad.wasm"], os.listdir(self.folder))

    def test_absent(self):
        self.assert_refused(self.cloister("run", "no.wasm"), 3, "no.wasm")
        self.assert_refused(self.cloister("inspect", "no.wasm"), 3, "no.wasm")

    def test_empty_file(self):
        self.refuse(b"")

    def test_random_bytes(self):
        self.refuse(b"#!/bin/sh\necho not a component\n")

    def test_core_module(self):
        self.refuse(b"\0asm\1\0\0\0", "component")

    def test_truncated(self):
        whole = (COMPONENTS / "empty.wasm").read_bytes()
        self.refuse(whole[:len(whole) // 2])

    def test_flipped_bytes(self):
        whole = bytearray((COMPONENTS / "empty.wasm").read_bytes())
        # Near the beginning, where types and imports are: most of the rest is debug information, which nothing reads.
        for at in range(128, 128 + 64):
            whole[at] ^= 0xFF
        self.refuse(bytes(whole))

    def test_folder(self):
        (self.folder / "d.wasm").mkdir()
        self.assert_refused(self.cloister("run", "d.wasm"), 3, "d.wasm")

    def test_wrong_world(self):
        (self.folder / "other.wasm").write_bytes(component_that_imports("escape"))
        self.assert_refused(self.cloister("run", "other.wasm"), 3, "other.wasm", "escape")

    def test_without_run(self):
        (self.folder / "idle.wasm").write_bytes(component_that_imports(None))
        self.assert_refused(self.cloister("run", "idle.wasm"), 3, "idle.wasm", "run")


class Grants(Case):
    def test_missing_path(self):
        for kind in ["dataset", "model"]:
            ended = self.run_guest("empty", "--grant", f"{kind}:train=nowhere")
            self.assert_refused(ended, 3, kind, "train", "nowhere")
        self.assertEqual([], os.listdir(self.folder))

    def test_not_granted(self):
        for case, name in [("dataset-not-granted", "nowhere"), ("model-not-granted", "passwd"),
                           ("output-not-granted", "nowhere")]:
            with self.subTest(case):
                self.assert_stopped(self.misuse(case), 3, name, "--grant" if "output" not in case else "--out")
                shutil.rmtree(self.folder / "run")

    def test_twice(self):
        ended = self.run_guest("empty", "--grant", "model:m=/", "--grant", "model:m=/")
        self.assert_refused(ended, 2, "'m'")


@needs_torch
class Data(Case):
    def setUp(self):
        super().setUp()
        self.train = idx_images(self.folder / "data", "train", 40)
        self.test = idx_images(self.folder / "data", "t10k", 20, seed=1)

    def transfer(self, train=None, *flags, guest=("--epochs", "2")):
        return self.run_guest("transfer", *transfer_flags(train or self.train, self.test), "--out", "weights",
                              "--directory", "run", *flags, guest=[*POOL, *guest])

    def refuse(self, *words, **options):
        self.assert_stopped(self.transfer(**options), 3, *words)
        self.assertFalse((self.folder / "run/outputs/weights").exists())

    def test_good_data_passes(self):
        ended = self.transfer()
        self.assertEqual(ended.code, 0, ended)

    def test_idx_truncated(self):
        os.truncate(self.train, self.train.stat().st_size - 1)
        self.refuse(self.train.name)

    def test_idx_lies_about_its_length(self):
        raw = self.train.read_bytes()
        self.train.write_bytes(raw[:4] + struct.pack(">III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF) + raw[16:])
        self.refuse(self.train.name)

    def test_idx_of_another_type(self):
        raw = self.train.read_bytes()
        self.train.write_bytes(struct.pack(">I", 0xE03) + raw[4:])
        self.refuse(self.train.name)

    def test_labels_missing(self):
        (self.folder / "data/train-labels-idx1-ubyte").unlink()
        self.refuse("train-labels-idx1-ubyte")

    def test_labels_of_another_count(self):
        labels = self.folder / "data/train-labels-idx1-ubyte"
        labels.write_bytes(struct.pack(">II", 0x801, 3) + b"\0\1\2")
        self.refuse("labels")

    def test_image_that_does_not_decode(self):
        for label in ["cat", "dog"]:
            png(self.folder / "images" / label / "good.png", 32, 32)
        bad = self.folder / "images/dog/broken.png"
        png(bad, 64, 64)
        raw = bytearray(bad.read_bytes())
        raw[60:] = bytes(len(raw) - 60)
        bad.write_bytes(raw)
        self.refuse("broken.png", train=self.folder / "images")

    def test_image_bomb(self):
        png(self.folder / "images/cat/good.png", 32, 32)
        bomb = self.folder / "images/cat/bomb.png"
        png(bomb, 32, 32)
        raw = bytearray(bomb.read_bytes())
        raw[16:24] = struct.pack(">II", 0x7FFFFFFF, 0x7FFFFFFF)
        bomb.write_bytes(raw)
        self.refuse("bomb.png", train=self.folder / "images")

    def test_empty_folder(self):
        (self.folder / "images").mkdir()
        self.refuse("images", train=self.folder / "images")

    def test_odd_entries_in_a_folder(self):
        makers = {"fifo.png": os.mkfifo, "folder.png": os.mkdir, "link.png": lambda path: os.symlink("good.png", path)}
        for name, make in makers.items():
            with self.subTest(name):
                png(self.folder / "images/cat/good.png", 32, 32)
                make(self.folder / "images/cat" / name)
                self.refuse(name, "the dataset 'train'", train=self.folder / "images")
                shutil.rmtree(self.folder / "images")
                shutil.rmtree(self.folder / "run")

    def test_model_that_is_no_file(self):
        path = self.folder / "weights.safetensors"
        for make in [os.mkfifo, os.mkdir]:
            make(path)
            self.model("weights.safetensors", "the model 'backbone'")
            (os.rmdir if path.is_dir() else os.unlink)(path)
        path.symlink_to("/dev/zero")
        self.model("weights.safetensors", "the model 'backbone'")

    def test_safetensors_with_a_bool_that_is_neither(self):
        entry = {"dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]}
        safetensors(self.folder / "weights.safetensors", {"mask": entry}, b"\1\2")
        self.model("weights.safetensors", "'mask'")

    def model(self, *words):
        flags = ["--grant", "model:backbone=weights.safetensors"]
        ended = self.run_guest("transfer", *transfer_flags(self.train, self.test), *flags, "--out", "weights",
                               "--directory", "run", guest=["--epochs", "1"])
        self.assert_stopped(ended, 3, *words)
        shutil.rmtree(self.folder / "run")

    def test_safetensors_that_lie(self):
        path = self.folder / "weights.safetensors"
        entry = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
        cases = {
            "empty": lambda: path.write_bytes(b""),
            "huge header": lambda: path.write_bytes(struct.pack("<Q", 1 << 63) + b"{}"),
            "no json": lambda: path.write_bytes(struct.pack("<Q", 4) + b"nope"),
            "truncated": lambda: safetensors(path, {"a": entry}, bytes(15)),
            "too large a shape": lambda: safetensors(path, {"a": {**entry, "shape": [1 << 40, 1 << 40]}}, bytes(16)),
            "offsets reversed": lambda: safetensors(path, {"a": {**entry, "data_offsets": [16, 0]}}, bytes(16)),
            "offsets outside": lambda: safetensors(path, {"a": {**entry, "data_offsets": [8, 24]}}, bytes(16)),
        }
        for name, write in cases.items():
            with self.subTest(name):
                write()
                self.model("weights.safetensors")

    def test_safetensors_of_an_unknown_dtype(self):
        entry = {"dtype": "F31", "shape": [2, 2], "data_offsets": [0, 16]}
        safetensors(self.folder / "weights.safetensors", {"a": entry}, bytes(16))
        self.model("weights.safetensors", "F31")

    def test_safetensors_of_another_model(self):
        entry = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
        safetensors(self.folder / "weights.safetensors", {"a": entry}, bytes(16))
        ended = self.run_guest("transfer", *transfer_flags(self.train, self.test), "--grant",
                               "model:backbone=weights.safetensors", "--out", "weights", "--directory", "run")
        # The file is sound; that it is not lite0 is the workload's own finding.
        self.assert_stopped(ended, 1, "'backbone'", "'_conv_stem.weight'")


class Shapes(Case):
    def test_wrong_shape(self):
        self.assert_stopped(self.misuse("wrong-shape"), 5, "[2, 3]")

    @needs_torch
    def test_wrong_dtype(self):
        self.assert_stopped(self.misuse("wrong-dtype"), 5)


class Outputs(Case):
    def test_a_current_folder_that_is_gone(self):
        (self.folder / "gone").mkdir()

        def leave():
            os.chdir("gone")
            os.rmdir("../gone")

        ended = self.run_guest("empty", "--directory", "run", preexec_fn=leave)
        self.assert_refused(ended, 6, "cannot make the folder 'run'")

    def test_folder_missing(self):
        ended = self.run_guest("empty", "--out", "w=nowhere/w")
        self.assert_refused(ended, 6, "'w'", "nowhere")
        self.assertEqual([], os.listdir(self.folder))

    def test_is_a_folder(self):
        (self.folder / "d").mkdir()
        self.assert_refused(self.run_guest("empty", "--out", "w=d"), 3, "'w'", "'d'")

    def test_is_a_device(self):
        self.assert_refused(self.run_guest("empty", "--out", "w=/dev/full"), 3, "'w'", "/dev/full")

    def test_not_writable(self):
        (self.folder / "d").mkdir(mode=0o555)
        if os.access(self.folder / "d", os.W_OK):
            self.skipTest("this user may write everywhere")
        self.assert_refused(self.run_guest("empty", "--out", "w=d/w"), 6, "'w'", "d/w")

    def test_read_only_system(self):
        ended = self.run_guest("empty", "--out", "w=/proc/w")
        self.assert_refused(ended, 6, "'w'", "/proc/w")

    def test_two_at_one_path(self):
        ended = self.run_guest("empty", "--out", "a=w", "--out", "b=./w")
        self.assert_refused(ended, 3, "'a'", "'b'")

    def test_over_a_grant(self):
        (self.folder / "m").write_text("weights")
        ended = self.run_guest("empty", "--grant", "model:m=m", "--out", "w=m")
        self.assert_refused(ended, 3, "'w'", "'m'")
        self.assertEqual((self.folder / "m").read_text(), "weights")

    def test_over_what_the_run_reads(self):
        images = idx_images(self.folder, "t10k", 5)
        labels = self.folder / "t10k-labels-idx1-ubyte"
        before = labels.read_bytes()
        ended = self.run_guest("empty", "--grant", f"dataset:t={images}", "--out", f"w={labels}")
        self.assert_refused(ended, 3, "'w'", "the dataset 't'")
        self.assertEqual(labels.read_bytes(), before)
        job = self.folder / "job.toml"
        job.write_text(f'component = "{COMPONENTS / "empty.wasm"}"\n[outputs]\nw = "job.toml"\n')
        before = job.read_bytes()
        self.assert_refused(self.cloister("run", job, *backend()), 3, "'w'", "the job file")
        self.assertEqual(job.read_bytes(), before)

    def test_over_the_runs_own_files(self):
        (self.folder / "run").mkdir()
        for name in ["run.json", "metrics.svg", "metrics.jsonl"]:
            ended = self.run_guest("empty", "--directory", "run", "--out", f"w=run/{name}")
            self.assert_refused(ended, 3, "'w'", name)
        self.assertEqual([], os.listdir(self.folder / "run"))

    def test_directory_in_a_granted_folder(self):
        png(self.folder / "images/cat/a.png", 8, 8)
        ended = self.run_guest("empty", "--grant", "dataset:t=images", "--directory", "images/run")
        self.assert_refused(ended, 3, "--directory", "the dataset 't'")
        self.assertEqual(["cat"], os.listdir(self.folder / "images"))

    def test_directory_that_cannot_be(self):
        (self.folder / "file").write_text("data")
        (self.folder / "link").symlink_to("absent")
        self.assert_refused(self.run_guest("empty", "--directory", ""), 2, "--directory")
        for name in ["file", "file/x", "link"]:
            self.assert_refused(self.run_guest("empty", "--directory", name), 3, name, "--directory")
        self.assert_refused(self.run_guest("empty", "--directory", "/proc/run"), 6, "/proc/run", "--directory")

    def test_cache_that_cannot_be(self):
        ended = self.run_guest("empty", env={"CLOISTER_CACHE": "/dev/null/x"})
        self.assert_refused(ended, 6, "/dev/null/x", "CLOISTER_CACHE")

    def test_directory_in_use(self):
        (self.folder / "run").mkdir()
        (self.folder / "run/precious").write_text("data")
        self.assert_refused(self.run_guest("empty", "--directory", "run"), 3, "run", "not empty")
        self.assertEqual(["precious"], os.listdir(self.folder / "run"))


@needs_torch
class FullDisk(Case):
    """An output, metrics.jsonl and run.json on a disk that fills up."""

    def setUp(self):
        super().setUp()
        self.train = idx_images(self.folder / "data", "train", 20)
        # The component's machine code must be in the cache: the limits below would hold for it too.
        self.assert_runs_well()
        self.transfer("warm")

    def arguments(self, directory: str) -> list:
        return ["run", COMPONENTS / "transfer.wasm", *transfer_flags(self.train, self.train), "--out", "weights",
                "--directory", directory, "--", *POOL, "--epochs", "2"]

    def transfer(self, directory: str, **options) -> Ended:
        return self.cloister(*self.arguments(directory), **options)

    def test_output_does_not_fit(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # weights have 51,240 bytes

        ended = self.transfer("run", preexec_fn=small_files)
        self.assert_stopped(ended, 6, "weights")
        self.assertEqual([], os.listdir(self.folder / "run/outputs"))

    def test_disk_is_full(self):
        disk = self.folder / "disk"
        disk.mkdir()
        words = " ".join(f"'{word}'" for word in [COMMAND, *self.arguments("disk/run")])
        script = f"mount -t tmpfs -o size=40k tmpfs disk || exit 77; {words}; code=$?; find disk >&2; exit $code"
        if shutil.which("unshare") is None:
            self.skipTest("no unshare")
        done = subprocess.run(["unshare", "-Urm", "sh", "-c", script], cwd=self.folder, capture_output=True,
                              timeout=150, check=False)
        if done.returncode in (1, 77) and b"cloister" not in done.stderr.replace(b"cloister-e2e", b""):
            self.skipTest("this system lets no user mount")
        ended = Ended(done.returncode, done.stdout, done.stderr)
        self.assertEqual(ended.code, 6, ended)
        self.assertIn("No space left on device", ended.err)
        self.assertNotIn(".partial", ended.err)
        self.assertNotIn("outputs/weights\n", ended.err)

    def test_standard_output_is_full(self):
        for words in [["inspect", COMPONENTS / "empty.wasm"], ["doctor"], ["--version"], ["--help"],
                      ["run", COMPONENTS / "empty.wasm", "--json", "--directory", "r"]]:
            with open("/dev/full", "wb") as full:
                done = subprocess.run([COMMAND, *map(str, words)], cwd=self.folder, stdout=full,
                                      stderr=subprocess.PIPE, timeout=150, check=False)
            self.assertEqual(done.returncode, 6, words)
            self.assertIn(b"No space left on device", done.stderr)


if __name__ == "__main__":
    unittest.main()
