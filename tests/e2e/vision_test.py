"""mnist-cnn and photos: the bytes of their native twins, confusion matrices, broken photographs; hostile matrices."""

import json
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

from harness import DATA, PROGRAMS, Case, Ended, idx_images, needs_torch, png, read_safetensors

LITE0 = DATA / "efficientnet-lite0/efficientnet-lite0.safetensors"
PHOTOS = DATA / "photos"
needs_photos = unittest.skipUnless(LITE0.is_file() and (PHOTOS / "train").is_dir(), "`make data` has not been run")


class VisionCase(Case):
    def run_well(self, name: str, *flags, guest=()) -> Ended:
        ended = self.run_guest(name, "--directory", "run", "--seed", "3", "--threads", "1", *flags, guest=guest)
        self.assertEqual(ended.code, 0, ended)
        return ended

    def native(self, name: str, *flags) -> dict:
        done = subprocess.run([PROGRAMS / name, "--seed", "3", "--threads", "1", "--out", "native", *map(str, flags)],
                              cwd=self.folder, capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_same_weights(self):
        ours = read_safetensors(self.folder / "run/outputs/weights")
        self.assertEqual(ours, read_safetensors(self.folder / "native"))
        return ours

    def matrix(self, name="confusion") -> dict:
        """A matrix of the record; its plot says the same."""
        matrix = self.record()["matrices"][name]
        svg = xml.etree.ElementTree.parse(self.folder / "run" / matrix["plot"]).getroot()
        texts = ["".join(element.itertext()) for element in svg.iter() if element.tag.endswith(("text", "title"))]
        for label in [*matrix["rows"], *matrix["columns"]]:
            self.assertIn(label, texts)
        self.assertIn(f"{matrix['rows'][0]}, {matrix['columns'][-1]}: {matrix['values'][0][-1]:.0f}", texts)
        return matrix


@needs_torch
class MnistCnn(VisionCase):
    def test_native_program_gives_the_same_bytes(self):
        train = idx_images(self.folder / "data", "train", 100)
        test = idx_images(self.folder / "data", "t10k", 30, seed=1)
        guest = ["--epochs", "2", "--batch", "16", "--train-count", "90"]
        ended = self.run_well("mnist-cnn", "--grant", f"dataset:train={train}", "--grant", f"dataset:test={test}",
                              "--out", "weights", guest=guest)
        self.assertIn(b"90 training images, 30 test images", ended.out)
        told = self.native("native_mnist_cnn", "--train", train, "--test", test, *guest)
        weights = self.assert_same_weights()
        # The names of PyTorch's state_dict.
        self.assertEqual(len(weights), 3 * (2 + 5) + 2)
        self.assertEqual(weights["norm1.num_batches_tracked"][:2], ("I64", []))
        self.assertEqual(weights["conv3.weight"][:2], ("F32", [64, 32, 3, 3]))
        record = self.record()
        for name in ["loss", "test-accuracy"]:
            self.assertAlmostEqual(told["metrics"][name]["last"], record["metrics"][name]["last"], places=12)
        self.assertEqual([sum(row) for row in self.matrix()["values"]], [3] * 10)

    def test_learns_digits(self):
        train, test = (DATA / "mnist" / f"{part}-images-idx3-ubyte" for part in ["train", "t10k"])
        if not train.is_file():
            self.skipTest("`make data` has not been run")
        self.run_well("mnist-cnn", "--grant", f"dataset:train={train}", "--grant", f"dataset:test={test}",
                      "--out", "weights", guest=["--epochs", "1", "--batch", "64", "--train-count", "4000",
                                                 "--test-count", "1000"])
        values = self.matrix()["values"]
        right = sum(values[i][i] for i in range(10))
        self.assertEqual(sum(map(sum, values)), 1000)
        self.assertGreater(right, 930)
        self.assertEqual(self.record()["metrics"]["test-accuracy"]["last"], right / 1000)

    def test_other_data_and_mistakes_are_sentences(self):
        grey = idx_images(self.folder / "data", "train", 20)
        png(self.folder / "colour/a/1.png", 30, 30)
        for train, guest, words in [("colour", [], "not of grey images"), (grey, ["--epochs", "0"], "--epochs"),
                                    (grey, ["--batch", "0"], "--batch"), (grey, ["--dropout", "1"], "--dropout"),
                                    (grey, ["--train-count", "-1"], "--train-count")]:
            ended = self.run_guest("mnist-cnn", "--grant", f"dataset:train={train}", "--grant", f"dataset:test={grey}",
                                   "--out", "weights", "--directory", "run", guest=guest)
            self.assert_stopped(ended, 1, words)
            shutil.rmtree(self.folder / "run")


@needs_torch
@needs_photos
class Photos(VisionCase):
    def setUp(self):
        super().setUp()
        for part, count in [("train", 3), ("test", 2)]:
            for name in ["birds", "money"]:
                (self.folder / part / name).mkdir(parents=True)
                for path in sorted((PHOTOS / part / name).iterdir())[:count]:
                    shutil.copy(path, self.folder / part / name)
        self.flags = ["--grant", "dataset:train=train", "--grant", "dataset:test=test",
                      "--grant", f"model:backbone={LITE0}", "--out", "weights"]
        self.guest = ["--passes", "2", "--batch", "4", "--epochs", "5"]

    def test_native_program_gives_the_same_bytes(self):
        for guest, counts in [(self.guest, b"12 views of training images, 4 test images"),
                              ([*self.guest, "--plain", "--count", "3"], b"6 views of training images, 3 test images")]:
            ended = self.run_well("photos", *self.flags, guest=guest)
            self.assertIn(b"2 classes, " + counts, ended.out)
            self.native("native_photos", "--train", "train", "--test", "test", "--weights", LITE0, *guest)
            self.assert_same_weights()
            self.assertEqual(sum(map(sum, self.matrix()["values"])), int(counts.split()[-3]))
            shutil.rmtree(self.folder / "run")

    def test_a_broken_file_ends_the_run_unless_it_may_be_skipped(self):
        broken = self.folder / "train/money/broken.png"
        broken.write_bytes((self.folder / "train/birds").iterdir().__next__().read_bytes()[:500])
        ended = self.run_guest("photos", *self.flags, "--directory", "run", guest=self.guest)
        self.assert_stopped(ended, 3, "money/broken.png")
        shutil.rmtree(self.folder / "run")

        ended = self.run_well("photos", *self.flags, "--skip-broken", guest=self.guest)
        self.assertIn(b"12 views of training images", ended.out)
        train = next(grant for grant in self.record()["grants"] if grant["name"] == "train")
        self.assertEqual(train["skipped"]["count"], 1)
        self.assertEqual(train["skipped"]["files"][0]["file"], "money/broken.png")
        self.native("native_photos", "--train", "train", "--test", "test", "--weights", LITE0, "--skip-broken",
                    *self.guest)
        self.assert_same_weights()

    def test_other_data_and_mistakes_are_sentences(self):
        png(self.folder / "other/cats/1.png", 30, 30)
        for test, guest, words in [("other", [], "different classes"), ("test", ["--passes", "0"], "--passes"),
                                   ("test", ["--batch", "0"], "--batch"), ("test", ["--count", "-1"], "--count")]:
            flags = [flag.replace("dataset:test=test", f"dataset:test={test}") for flag in self.flags]
            ended = self.run_guest("photos", *flags, "--directory", "run", guest=guest)
            self.assert_stopped(ended, 1, words)
            shutil.rmtree(self.folder / "run")


class HostileMatrices(Case):
    def test_other_forms_are_refused(self):
        for case, words in [("bad-matrix-name", "A-Za-z0-9"),
                            ("bad-matrix-label", "label 0 of the rows"), ("bad-matrix-values", "3 values"),
                            ("huge-matrix", "at most 256")]:
            ended = self.misuse(case)
            self.assertEqual(ended.code, 1, ended)
            self.assertIn(words, ended.err)
            self.assertNotIn("\x1b", ended.err)
            self.assertFalse((self.folder / "run/matrices").exists())
            shutil.rmtree(self.folder / "run")

    def test_markup_stays_text_and_files_stay_in_their_folder(self):
        ended = self.misuse("matrix-of-markup")
        self.assertEqual(ended.code, 0, ended)
        matrix = self.record()["matrices"]["../..//etc"]
        self.assertEqual(matrix["plot"], "matrices/.._..__etc.svg")
        self.assertEqual(matrix["values"], [[1, -2], [None, None]])
        self.assertEqual(matrix["columns"], ["ab" + 20 * "\u20ac", "a b  "])
        self.assertEqual([path.name for path in (self.folder / "run/matrices").iterdir()], [".._..__etc.svg"])
        svg = xml.etree.ElementTree.parse(self.folder / "run" / matrix["plot"])
        self.assertFalse([element for element in svg.iter() if "script" in element.tag])
        self.assertNotIn("\u202e", (self.folder / "run" / matrix["plot"]).read_text())


if __name__ == "__main__":
    unittest.main()
