#!/usr/bin/env bash
# get_pytorch.sh: Python with PyTorch 2.15.0 for the CPU, in CLOISTER_CACHE/pytorch-2.15.0: the second baseline of
# `cloister bench transfer --python`. Prints the interpreter's path.
#
# PyPI's torch is linked with gigabytes of CUDA libraries, which use on a CPU never calls. Empty libraries of their names
# stand in for them, and Python resolves symbols when they are called, not when a library is opened. 555 MB are fetched
# and 1.5 GB kept.
. "$(dirname "$0")/common.sh"
tools=$(cd "$(dirname "$0")" && pwd)

version=2.15.0
destination=$CLOISTER_CACHE/pytorch-$version
again="rm -r $destination && make python-baseline"
if [ -f "$destination/.ok" ]; then
  changed=$(changed_file "$destination")
  [ -z "$changed" ] || fail "PyTorch is damaged: $destination/$changed is missing or was changed; fetch it again with: $again"
  echo "$destination/bin/python"
  exit 0
fi

own="set CLOISTER_PYTHON to a Python of your own that has torch"
[ "$(uname -sm)" = "Linux x86_64" ] || fail "PyTorch is fetched for Linux on x86-64 only; $own"
need python3 python3
need "${CC:-cc}" g++
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
  fail "the pinned packages are those of Python 3.11, and python3 is $(python3 --version | cut -d' ' -f2); $own"
python3 -m pip --version > /dev/null 2>&1 || fail "pip is missing; install the Debian package python3-pip"

# A virtual environment knows its own path, so it is made in place; what lacks the record is unfinished.
rm -rf "$destination"
mkdir -p "$CLOISTER_CACHE"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "PyTorch $version: fetching 555 MB"
python3 -m venv --without-pip "$destination"
python3 -m pip --python "$destination/bin/python" install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
  --only-binary=:all: --require-hashes --requirement "$tools/python-baseline.txt" > "$log" 2>&1 || {
  tail -n 3 "$log" >&2
  fail "pip could not install $tools/python-baseline.txt; look at the lines above, and at the network and proxy settings"
}

packages=$("$destination/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
stand_in() {
  # The array is NVSHMEM's only datum; data, unlike functions, must be there when a library is opened.
  echo 'long nvshmem_selected_device_transport[64];' | "${CC:-cc}" -x c - -shared -fPIC \
    -o "$packages/nvidia/cu13/lib/$1" "-Wl,-soname,$1" -Wl,--version-script=<(echo "$2 { global: *; };")
}
for library in libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libcufft.so.12 libcufile.so.0 libcusolver.so.12 \
  libcusparse.so.12 libcusparseLt.so.0 libnccl.so.2 libnvrtc.so.13; do
  stand_in "$library" "$library"
done
stand_in libnvshmem_host.so.3 NVSHMEM
# Python runs this at every start, before anything is imported.
echo 'import os, sys; sys.setdlopenflags(os.RTLD_LAZY)' > "$packages/resolve_when_called.pth"

"$destination/bin/python" -c 'import torch; torch.ones(2, 2, requires_grad=True).mm(torch.ones(2, 2)).sum().backward()' \
  > "$log" 2>&1 || {
  tail -n 3 "$log" >&2
  fail "PyTorch was installed but does not run here, as the lines above say; $own"
}
record_files "$destination"
echo "$destination/bin/python"
