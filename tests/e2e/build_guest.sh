#!/bin/sh
# build_guest.sh SHARE WORKLOAD.cpp COMPONENT.wasm: a component from one source file, with the SDK of an installation.
set -e
share=$1 source=$2 component=$3
work=$(mktemp -d)
flags="--target=wasm32-wasi -Wno-deprecated -O2 -msimd128"

cloister-wit guest-c --wit "$share/wit" --world workload --out "$work"
clang-22 $flags -w -c "$work/workload.c" -o "$work/workload.o"
clang++-22 $flags -std=c++23 -fno-exceptions -I "$share/sdk/cpp/include" -isystem "$work" \
  -mexec-model=reactor -Wl,--strip-debug,--initial-heap=262144 \
  "$source" "$share"/sdk/cpp/src/*.cpp \
  "$work/workload.o" "$work/workload_component_type.o" -o "$work/core.wasm"
cloister-wit component "$work/core.wasm" --out "$component"
rm -r "$work"
