#!/usr/bin/env bash
# Formats all C++ and Rust.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
git ls-files '*.h' '*.cpp' | xargs clang-format-22 -i
cargo fmt --all --manifest-path rust/Cargo.toml
