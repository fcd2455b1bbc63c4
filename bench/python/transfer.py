"""workloads/transfer in Python PyTorch: the second baseline of `cloister bench transfer`, at 1 GiB.

Takes native_transfer's options and prints one line of JSON with the same names. It reads IDX files of images
[n, 224, 224, 3] (what the benchmark makes) and nothing of Cloister's. It needs `import torch` to work and says so if it
does not.
"""

import argparse
import json
import math
import resource
import struct
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(
        f"transfer.py needs PyTorch, and `import torch` failed ({error}): run it with a Python that has torch "
        "(set CLOISTER_PYTHON for `cloister bench`), or leave this baseline out"
    )

STAGES = [  # repeats, kernel, stride, expansion, in, out
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
SIZE, FEATURES, PATCH = 224, 1280, 32
SIDE = SIZE // PATCH


def read_idx(path):
    """The array of a uint8 IDX file, mapped, not read."""
    with open(path, "rb") as file:
        zero, kind, rank = struct.unpack(">HBB", file.read(4))
        if zero != 0 or kind != 8:
            sys.exit(f"{path} is no IDX file of bytes")
        shape = struct.unpack(f">{rank}I", file.read(4 * rank))
    offset = 4 + 4 * rank
    count = math.prod(shape)
    return torch.from_file(path, size=offset + count, dtype=torch.uint8)[offset:].view(shape)


def read_dataset(path):
    images = read_idx(path)
    if images.shape[1:] != (SIZE, SIZE, 3):
        sys.exit(f"{path} holds {list(images.shape)}; this baseline takes [n, {SIZE}, {SIZE}, 3] and resizes nothing")
    folder, _, name = path.rpartition("/")
    labels = name.replace("images", "labels").replace(f"idx{images.dim()}", "idx1")
    return images, read_idx(f"{folder}/{labels}" if folder else labels).long()


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    return {
        name: torch.frombuffer(data, dtype=torch.float32, count=math.prod(entry["shape"]),
                               offset=entry["data_offsets"][0]).view(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class Convolution:
    """A convolution with its batch normalisation folded in."""

    def __init__(self, weights, name, norm, kernel, stride=1, groups=1, relu6=True):
        scale = weights[norm + ".weight"] * (weights[norm + ".running_var"] + 1e-3).rsqrt()
        weight = weights[name + ".weight"] * scale.reshape(-1, 1, 1, 1)
        self.weight = weight.contiguous(memory_format=torch.channels_last)
        self.bias = weights[norm + ".bias"] - weights[norm + ".running_mean"] * scale
        self.stride, self.groups, self.relu6 = stride, groups, relu6
        self.padding = kernel // 2 if stride == 1 else 0
        self.pad = None if stride == 1 else [kernel // 2 - 1, kernel // 2] * 2

    def __call__(self, x):
        if self.pad:
            x = F.pad(x, self.pad)
        x = F.conv2d(x, self.weight, self.bias, self.stride, self.padding, 1, self.groups)
        return x.clamp_(0, 6) if self.relu6 else x


class Lite0:
    def __init__(self, weights):
        self.stem = Convolution(weights, "_conv_stem", "_bn0", 3, 2)
        self.blocks = []
        for repeats, kernel, stride, expansion, first, out in STAGES:
            for repeat in range(repeats):
                prefix = f"_blocks.{len(self.blocks)}."
                inputs, step = (first, stride) if repeat == 0 else (out, 1)
                layers = []
                if expansion != 1:
                    layers.append(Convolution(weights, prefix + "_expand_conv", prefix + "_bn0", 1))
                layers.append(Convolution(weights, prefix + "_depthwise_conv", prefix + "_bn1", kernel, step,
                                          inputs * expansion))
                layers.append(Convolution(weights, prefix + "_project_conv", prefix + "_bn2", 1, relu6=False))
                self.blocks.append((layers, step == 1 and inputs == out))
        self.head = Convolution(weights, "_conv_head", "_bn1", 1)

    def __call__(self, images):
        x = images.permute(0, 3, 1, 2).float() - 127
        x *= 1 / 128
        x = self.stem(x)
        for layers, residual in self.blocks:
            before = x
            for layer in layers:
                x = layer(x)
            if residual:
                x += before
        return self.head(x).mean((2, 3))


class Pool:
    def __init__(self):
        self.projection = torch.randn(SIDE * SIDE * 3, FEATURES)

    def __call__(self, images):
        rows = images.reshape(-1, PATCH, SIZE * 3)
        sums = rows.select(1, 0).to(torch.int16)
        for row in range(1, PATCH):
            sums += rows.select(1, row)
        patches = sums.float().reshape(-1, SIDE, PATCH, 3).sum(2).reshape(-1, SIDE * SIDE * 3)
        return (patches * (1 / (PATCH * PATCH * 255))).matmul(self.projection)


def extract(backbone, dataset, limit, batch):
    images, labels = dataset
    count = min(limit, len(images)) if limit else len(images)
    with torch.inference_mode():
        features = torch.cat([backbone(images[i : min(i + batch, count)]) for i in range(0, count, batch)])
    return features.clone(), labels[:count]


def train(classifier, features, labels, options):
    parameters = classifier.parameters()
    if options.optimizer == "adam":
        optimizer = torch.optim.Adam(parameters, lr=options.lr)
    else:
        optimizer = torch.optim.SGD(parameters, lr=options.lr, momentum=options.momentum)

    def step(x, y):
        optimizer.zero_grad()
        loss = F.cross_entropy(classifier(x), y)
        loss.backward()
        optimizer.step()
        return loss

    count = len(labels)
    full_batch = options.train_batch == 0 or options.train_batch >= count
    report_every = max(1, options.epochs // 100)
    for epoch in range(1, options.epochs + 1):
        if full_batch:
            loss = step(features, labels)
        else:
            x, y = features, labels
            if not options.in_order:
                order = torch.randperm(count)
                x, y = x.index_select(0, order), y.index_select(0, order)
            for start in range(0, count, options.train_batch):
                loss = step(x[start : start + options.train_batch], y[start : start + options.train_batch])
        if epoch % report_every == 0 or epoch == options.epochs:
            last = loss.item()
    return last


def accuracy(classifier, features, labels):
    with torch.no_grad():
        return (classifier(features).argmax(1) == labels).sum().item() / len(labels)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--backbone", choices=["lite0", "pool"], default="lite0")
    parser.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--train-batch", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--train-count", type=int, default=0)
    parser.add_argument("--test-count", type=int, default=0)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0)
    parser.add_argument("--standardise", action="store_true")
    parser.add_argument("--in-order", action="store_true")
    options = parser.parse_args()
    if options.backbone == "lite0" and not options.weights:
        parser.error("--weights is needed for lite0")
    return options


def now():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


def main():
    options = parse()
    marks = [now()]
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    train_set, test_set = read_dataset(options.train), read_dataset(options.test)
    backbone = Pool() if options.backbone == "pool" else Lite0(read_safetensors(options.weights))

    marks.append(now())
    features, labels = extract(backbone, train_set, options.train_count, options.batch)
    if options.standardise:
        mean, deviation = features.mean(0), features.std(0) + 1e-6
        features = (features - mean) / deviation

    marks.append(now())
    classifier = torch.nn.Linear(FEATURES, int(labels.max()) + 1)
    loss = train(classifier, features, labels, options)

    marks.append(now())
    test_features, test_labels = extract(backbone, test_set, options.test_count, options.batch)
    if options.standardise:
        test_features = (test_features - mean) / deviation
    result = {
        "train_images": len(labels),
        "test_images": len(test_labels),
        "loss": loss,
        "train_accuracy": accuracy(classifier, features, labels),
        "test_accuracy": accuracy(classifier, test_features, test_labels),
    }
    marks.append(now())
    for name, start, end in zip(["other", "pre_computation", "training", "evaluation"], marks, marks[1:]):
        result[f"{name}_s"], result[f"{name}_cpu_s"] = end[0] - start[0], end[1] - start[1]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
