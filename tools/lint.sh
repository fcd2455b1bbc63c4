#!/usr/bin/env bash
# Formatting and static checks; anything found is an error.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=$CLOISTER_CACHE/cargo
git ls-files '*.h' '*.cpp' | xargs clang-format-22 --dry-run --Werror
for manifest in Cargo.toml rust/Cargo.toml; do
  cargo fmt --all --check --manifest-path $manifest
done
cargo clippy --quiet --release --locked --manifest-path rust/Cargo.toml --all-targets -- -D warnings
cargo clippy --quiet --release --locked --target wasm32-wasip2 -- -D warnings
# The commands are g++'s: clang-tidy ignores the warnings that it lacks, and leaves out the torch backend, whose precompiled
# header it cannot read.
git ls-files 'src/*.cpp' | grep -v backend/torch |
  xargs -P "$(nproc)" -n 1 clang-tidy-22 -p build --quiet --extra-arg=-Wno-unknown-warning-option
