#!/usr/bin/env bash
# build.sh PRESET [TARGET ...]: configures (when needed) and builds a preset; says what is slow before it starts.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
preset=$1
shift
folder=build
[ "$preset" = release ] || folder=build-$preset

# setting NAME: what the folder was configured with.
setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$folder/CMakeCache.txt"
}

CLOISTER_CACHE=$(realpath -m -- "$CLOISTER_CACHE")
libtorch=${LIBTORCH_ROOT:+$(realpath -m -- "$LIBTORCH_ROOT")}
if [ ! -f "$folder/build.ninja" ] || [ "$(setting CLOISTER_CACHE)" != "$CLOISTER_CACHE" ] ||
  [ "$(setting LIBTORCH_ROOT)" != "$libtorch" ]; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  cmake --preset "$preset" "-DCLOISTER_CACHE:PATH=$CLOISTER_CACHE" "-DLIBTORCH_ROOT:PATH=$libtorch" > "$log" 2>&1 || {
    cat "$log"
    exit 1
  }
fi
profile=$(setting CLOISTER_RUST_PROFILE)
if [ -n "$profile" ] && [ ! -d "$CLOISTER_CACHE/rust/cloister-wasmtime-$profile" ]; then
  echo "build: the first build compiles Wasmtime: 5 to 8 minutes on two cores"
fi
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
cmake --build "$folder" "${targets[@]}"
