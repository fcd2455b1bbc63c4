#!/usr/bin/env bash
# fuzz.sh SECONDS: builds the fuzzers with clang and runs each for that long, from the corpora in tests/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCLOISTER_FUZZ=ON -DCLOISTER_TORCH=OFF -DCLOISTER_SANDBOX=OFF > /dev/null
cmake --build build-fuzz --target fuzzers
for fuzzer in build-fuzz/fuzz/*_fuzzer; do
  name=$(basename "$fuzzer" _fuzzer)
  echo "== $name, $seconds s"
  mkdir -p "build-fuzz/corpus/$name"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=2048 -print_final_stats=0 "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name"
done
