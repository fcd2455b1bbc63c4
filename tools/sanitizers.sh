#!/usr/bin/env bash
# The unit tests, stub backend, under AddressSanitizer with UndefinedBehaviorSanitizer, then under ThreadSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=${ASAN_OPTIONS:-allow_user_segv_handler=1:handle_segv=0:handle_sigfpe=0:handle_sigill=0:detect_stack_use_after_return=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/tsan.supp:halt_on_error=1}
for preset in asan tsan; do
  tools/build.sh "$preset"
  echo "== unit tests, preset $preset"
  log=build-$preset/unit-tests.log
  ctest --test-dir "build-$preset" --output-on-failure --no-tests=error -j "$(nproc)" > "$log" || {
    cat "$log"
    exit 1
  }
  grep 'tests passed' "$log"
done
