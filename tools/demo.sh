#!/usr/bin/env bash
# The main job: transfer learning on MNIST inside the sandbox, and where to look afterwards.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
directory=runs/demo
rm -rf "$directory"
data=$CLOISTER_CACHE/data
build/bin/cloister run build/components/transfer.wasm \
  --grant "dataset:train=$data/mnist/train-images-idx3-ubyte" \
  --grant "dataset:test=$data/mnist/t10k-images-idx3-ubyte" \
  --grant "model:backbone=$data/efficientnet-lite0/efficientnet-lite0.safetensors" \
  --out weights --directory "$directory" --seed 1 -- \
  --backbone lite0 --train-count 6000 --test-count 1000 --train-batch 32 --epochs 20 --standardise
echo "plots: $directory/*.svg   record: $directory/run.json   points: $directory/metrics.jsonl"
