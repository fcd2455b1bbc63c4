"""Workloads in Rust: the same bytes as in C++, PyTorch's names in state dicts, sentences with a place."""

import json
import re
import unittest

from harness import (COMPONENTS, DATA, POOL, Case, idx_images, needs_torch, read_safetensors, safetensors,
                     transfer_flags)

needs_rust = unittest.skipUnless((COMPONENTS / "transfer_rust.wasm").is_file(),
                                 "Rust's target wasm32-wasip2 is not installed")


@needs_rust
@needs_torch
class Transfer(Case):
    def leaves(self, component: str, flags: list, guest: list) -> dict[str, bytes]:
        ended = self.run_guest(component, *flags, "--out", "weights", "--directory", component, "--seed", "5",
                               "--threads", "1", guest=guest)
        self.assertEqual(ended.code, 0, ended)
        folder = self.folder / component
        return {"stdout": ended.out,
                **{name: (folder / name).read_bytes() for name in ["outputs/weights", "metrics.jsonl", "metrics.svg"]},
                "phases": [phase["name"] for phase in self.record(component)["phases"]]}

    def assert_equal_in_both(self, flags: list, guest: list):
        self.assertEqual(self.leaves("transfer", flags, guest), self.leaves("transfer_rust", flags, guest))

    def test_same_bytes_as_in_cpp(self):
        flags = transfer_flags(idx_images(self.folder / "data", "train", 60),
                               idx_images(self.folder / "data", "t10k", 20, seed=1))
        self.assert_equal_in_both(flags, [*POOL, "--epochs", "5", "--standardise"])

    def test_same_bytes_in_shuffled_batches(self):
        flags = transfer_flags(idx_images(self.folder / "data", "train", 60),
                               idx_images(self.folder / "data", "t10k", 20, seed=1))
        self.assert_equal_in_both(flags, [*POOL, "--epochs", "3", "--train-batch", "16", "--momentum", "0.9"])

    def test_same_bytes_with_the_network(self):
        weights = DATA / "efficientnet-lite0/efficientnet-lite0.safetensors"
        if not weights.is_file():
            self.skipTest("`make data` has not been run")
        flags = transfer_flags(DATA / "mnist/train-images-idx3-ubyte", DATA / "mnist/t10k-images-idx3-ubyte")
        self.assert_equal_in_both([*flags, "--grant", f"model:backbone={weights}"],
                                  ["--train-count", "16", "--test-count", "8", "--batch", "8", "--epochs", "2",
                                   "--train-batch", "4", "--in-order", "--optimizer", "adam", "--lr", "0.001"])

    def test_same_help_and_same_mistakes(self):
        helps = [self.run_guest(name, guest=["--help"]).out for name in ["transfer", "transfer_rust"]]
        self.assertEqual(*helps)
        for guest in [["--epochs", "0"], ["--epochs", "x"], ["--epochs"], ["--lr", "fast"], ["--depth", "3"],
                      ["--backbone", "vgg"]]:
            said = [self.run_guest(name, guest=guest).err.replace("transfer_rust", "transfer")
                    for name in ["transfer", "transfer_rust"]]
            self.assertEqual(*[re.sub(r"runs/\S+", "", text) for text in said])

    def test_declares_its_grants(self):
        told = [json.loads(self.cloister("inspect", COMPONENTS / f"{name}.wasm", "--json").out)
                for name in ["transfer", "transfer_rust"]]
        self.assertEqual(told[0]["declared"], told[1]["declared"])
        self.assertTrue(told[1]["workload"])
        self.assertEqual([], [each["name"] for each in told[1]["imports"] if not each["known"]])


@needs_rust
@needs_torch
class Training(Case):
    def setUp(self):
        super().setUp()
        self.images = idx_images(self.folder / "data", "train", 120, side=8)

    def test_data(self):
        ended = self.run_guest("sdk_rust", "--grant", f"dataset:train={self.images}", guest=["--data"])
        self.assertEqual((ended.code, ended.out), (0, b"all checks of the SDK hold\n"), ended)

    def train(self, directory: str, *guest: str):
        return self.run_guest("sdk_rust", "--grant", f"dataset:train={self.images}", "--out", "state", "--out", "weights",
                              "--seed", "5", "--threads", "1", "--directory", directory, guest=["--train", *guest])

    def test_resumed_run_ends_with_the_same_bytes(self):
        self.assertEqual(self.train("whole").code, 0)
        self.assertEqual(self.train("run", "--fail-at", "2").code, 1)
        self.assertFalse((self.folder / "run/outputs/weights").exists())
        ended = self.cloister("run", "--resume", "run")
        self.assertEqual(ended.code, 0, ended)
        for name in ["outputs/weights", "metrics.jsonl"]:
            self.assertEqual((self.folder / "run" / name).read_bytes(), (self.folder / "whole" / name).read_bytes(), name)


@needs_rust
@needs_torch
class Failure(Case):
    def test_operator_tells_the_line_that_called_it(self):
        ended = self.run_guest("sdk_rust", "--directory", "run", guest=["--fail"])
        self.assert_stopped(ended, 5)
        self.assertEqual(ended.out, b"before the end")
        self.assertRegex(ended.err, r"(?m)^.*\b2\b.*\b3\b.*\n +at tests/guests/sdk_rust/operators\.rs:\d+:\d+$")


@needs_rust
@needs_torch
class StateDict(Case):
    def setUp(self):
        super().setUp()
        ended = self.run_guest("sdk_rust", "--out", "weights=saved", guest=["--save"])
        self.assertEqual(ended.code, 0, ended)
        self.saved = read_safetensors(self.folder / "saved")

    def load(self, tensors: dict):
        header, data = {}, b""
        for name, (dtype, shape, body) in tensors.items():
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(body)]}
            data += body
        safetensors(self.folder / "given.safetensors", header, data)
        return self.run_guest("sdk_rust", "--grant", f"model:weights={self.folder / 'given.safetensors'}", "--directory",
                              "run", guest=["--load"])

    def test_same_bytes_as_in_cpp(self):
        ended = self.run_guest("layers", "--out", "weights=cpp")
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual((self.folder / "cpp").read_bytes(), (self.folder / "saved").read_bytes())

    def test_goes_there_and_back(self):
        ended = self.load(self.saved)
        self.assertEqual((ended.code, ended.out), (0, b"what was loaded is what was saved\n"), ended)

    def test_shapes_are_those_of_pytorch(self):
        shapes = {name: (dtype, shape) for name, (dtype, shape, _) in self.saved.items()}
        for name, expected in {
            "features.0.weight": ("F32", [4, 3, 3, 3]), "features.1.num_batches_tracked": ("I64", []),
            "embedding.weight": ("F32", [5, 4]), "attention.in_proj_weight": ("F32", [12, 4]),
            "attention.out_proj.bias": ("F32", [4]), "norm.weight": ("F32", [4]),
            "lstm.weight_ih_l0": ("F32", [12, 4]), "lstm.weight_hh_l1_reverse": ("F32", [12, 3]),
            "lstm.weight_ih_l1": ("F32", [12, 6]), "heads.0.weight": ("F32", [2, 6]),
        }.items():
            self.assertEqual(shapes[name], expected, name)

    def test_names_that_do_not_fit_are_listed(self):
        tensors = dict(self.saved)
        tensors["other.weight"] = tensors.pop("scale")
        self.assert_stopped(self.load(tensors), 1, "lacks 'scale'", "has 'other.weight'")

    def test_shape_that_does_not_fit_is_named(self):
        dtype, _, body = self.saved["norm.bias"]
        self.assert_stopped(self.load({**self.saved, "norm.bias": (dtype, [2, 2], body)}), 1, "'norm.bias'", "[2, 2]",
                            "[4]")


if __name__ == "__main__":
    unittest.main()
