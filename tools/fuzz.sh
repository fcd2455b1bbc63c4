#!/usr/bin/env bash
# fuzz.sh SECONDS [NAME ...]: builds the fuzzers with clang (preset fuzz) and runs all or the named ones for that long each, one a
# core, from the corpora in tests/fuzz and what earlier runs found in build-fuzz/corpus. Stops at what is found; the input lies in
# build-fuzz/found. FUZZ_SEED=N makes the same choices each time, as far as the time reaches.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
tools/build.sh fuzz fuzzers

# fuzz_one SECONDS NAME: quiet unless something is found.
fuzz_one() {
  local corpus=build-fuzz/corpus/$2 seeds=tests/fuzz/corpus/${2%_torch}
  mkdir -p "$corpus" build-fuzz/found
  if ! build-fuzz/fuzz/"$2"_fuzzer -max_total_time="$1" -seed="${FUZZ_SEED:-0}" -timeout=60 -rss_limit_mb=4096 -artifact_prefix="build-fuzz/found/$2-" \
    "$corpus" "$seeds" > "build-fuzz/$2.log" 2>&1; then
    tail -n 60 "build-fuzz/$2.log"
    echo "fuzz: $2 found something; keep the input, once it is mended, in $seeds"
    return 255
  fi
  echo "$2: $(sed -n 's/^Done \([0-9]* runs\) in \([0-9]*\) second.*/\1 in \2 s/p' "build-fuzz/$2.log")"
}
export -f fuzz_one

names=("$@")
if [ $# -eq 0 ]; then
  for fuzzer in build-fuzz/fuzz/*_fuzzer; do names+=("$(basename "$fuzzer" _fuzzer)"); done
fi
echo "== fuzzers, $seconds s each"
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I NAME bash -c "fuzz_one $seconds NAME"
