#!/usr/bin/env bash
# build.sh PRESET [TARGET ...]: configures (when needed) and builds a preset; says what is slow before it starts.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
folder=build
[ "$preset" = release ] || folder=build-$preset
CLOISTER_CACHE=${CLOISTER_CACHE:-$HOME/.cache/cloister}

if [ ! -f "$folder/build.ninja" ]; then
  cmake --preset "$preset" -DCLOISTER_CACHE="$CLOISTER_CACHE" > "/tmp/cloister-configure-$$.log" 2>&1 || {
    cat "/tmp/cloister-configure-$$.log"
    exit 1
  }
  rm -f "/tmp/cloister-configure-$$.log"
fi
profile=$(sed -n 's/^CLOISTER_RUST_PROFILE:[A-Z]*=//p' "$folder/CMakeCache.txt")
if [ -n "$profile" ] && [ ! -d "$CLOISTER_CACHE/rust/cloister-wasmtime-$profile" ]; then
  echo "build: the first build compiles Wasmtime: 5 to 8 minutes on two cores"
fi
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
cmake --build "$folder" "${targets[@]}"
