#!/usr/bin/env bash
# get_libtorch.sh: libtorch 2.15.0 for the CPU, with its C++ headers, into CLOISTER_CACHE/libtorch-2.15.0.
#
# PyPI's torch wheel is a CUDA build; of it only the headers and the CPU libraries are kept, and of NVIDIA's packages the
# two libraries that libtorch_cpu.so is linked with: 553 MB are fetched and 500 MB kept. The layout matters: libtorch
# looks for ../../nvidia/cu13/lib from its own folder. Set LIBTORCH_ROOT to use a libtorch of your own instead.
. "$(dirname "$0")/common.sh"

version=2.15.0
torch_sum=48c2d861134c0b5697c7602cb5ffa68f62a2989fdcd1717e593356f67996ca1e
runtime_sum=3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0
cupti_sum=8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586

destination=$CLOISTER_CACHE/libtorch-$version
[ -z "${LIBTORCH_ROOT:-}" ] || exit 0
if [ -f "$destination/.ok" ]; then
  changed=$(changed_file "$destination")
  [ -z "$changed" ] || fail "libtorch is damaged: $destination/$changed is missing or was changed; fetch it again with:" \
    "rm -r $destination && tools/get_libtorch.sh"
  exit 0
fi

[ "$(uname -sm)" = "Linux x86_64" ] || fail "libtorch is fetched for Linux on x86-64 only; set LIBTORCH_ROOT to one of your own"
need python3 python3
python3 -m pip --version > /dev/null 2>&1 || fail "pip is missing; install the Debian package python3-pip"
need "${CC:-cc}" g++
mkdir -p "$CLOISTER_CACHE"
work=$(mktemp -d "$CLOISTER_CACHE/.libtorch-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/wheels" "$work/tree"

echo "libtorch $version: fetching 553 MB"
# The Python version names one of several wheels with the same libraries; the Python at hand may be another.
fetch_wheels "$work/wheels" --python-version 3.11 --implementation cp --platform manylinux_2_28_x86_64 \
  --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 \
  "torch==$version" "nvidia-cuda-runtime==13.2.86" "nvidia-cuda-cupti==13.2.86"
must_have_sha256 "$(echo "$work"/wheels/torch-*.whl)" $torch_sum
must_have_sha256 "$(echo "$work"/wheels/nvidia_cuda_runtime-*.whl)" $runtime_sum
must_have_sha256 "$(echo "$work"/wheels/nvidia_cuda_cupti-*.whl)" $cupti_sum

python3 - "$work/wheels" "$work/tree" << 'PYTHON'
import glob, os, re, sys, zipfile

wheels, tree = sys.argv[1:]


def wanted(name):
    base = os.path.basename(name)
    if name.startswith("torch/include/"):
        return True
    if name.startswith("torch/lib/"):
        return base in {"libc10.so", "libtorch_cpu.so", "libgomp.so.1"}
    if name.startswith("nvidia/"):
        return "/lib/" in name and re.match(r"lib(cudart|cupti)\.so", base)
    return ".dist-info/" in name and ("icense" in name.lower() or base in {"NOTICE", "METADATA"})


for wheel in sorted(glob.glob(wheels + "/*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tree, [name for name in archive.namelist() if wanted(name)])
PYTHON

# The wheel's own libtorch.so pulls in CUDA. Compiled models (AOTInductor) are linked with a library of that name, so
# there is one that stands for the CPU library alone.
echo 'int cloister_libtorch_cpu_only;' > "$work/stub.c"
"${CC:-cc}" -shared -fPIC "$work/stub.c" -o "$work/tree/torch/lib/libtorch.so" -Wl,-soname,libtorch.so \
  '-Wl,-rpath,$ORIGIN' -Wl,--no-as-needed -L"$work/tree/torch/lib" -l:libtorch_cpu.so -Wl,--allow-shlib-undefined
record_files "$work/tree"

# What is there lacks the record: it is not of this script.
rm -rf "$destination"
mv "$work/tree" "$destination"
echo "libtorch $version: at $destination/torch"
