#!/usr/bin/env bash
# Formats all C++ and Rust.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
git ls-files '*.h' '*.cpp' | xargs clang-format-22 -i
for manifest in Cargo.toml rust/Cargo.toml; do
  cargo fmt --all --manifest-path $manifest
done
