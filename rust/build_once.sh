#!/usr/bin/env bash
# build_once.sh PROFILE PACKAGE OUT ARTIFACT...: puts what cargo makes of PACKAGE into the folder OUT.
# The artifacts are kept in CLOISTER_CACHE under a key over all sources, so that a fresh checkout of the same sources
# does not compile Wasmtime again (cargo's own key holds the path of the checkout). Files that would not change are left
# alone, so that nothing is rebuilt because of them.
. "$(dirname "$0")/../tools/common.sh"
profile=$1 package=$2 out=$3
shift 3
rust=$(cd "$(dirname "$0")" && pwd)
cache=$CLOISTER_CACHE

compiler=$(rustc --version)
key=$({
  echo "$compiler"
  (cd "$rust/.." && find rust wit tests/unit/wit/wit -type f -not -path '*/target/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
} | sha256sum | cut -c1-32)
kept=$cache/rust/$package-$profile/$key

if [ -d "$kept" ]; then
  changed=$(changed_file "$kept")
  [ -z "$changed" ] || fail "what was built of $package is damaged: $kept/$changed is missing or was changed; build it" \
    "again after: rm -r $kept"
else
  export CARGO_TARGET_DIR=$cache/cargo
  (cd "$rust" && cargo build --locked --quiet --profile "$profile" --package "$package")
  mkdir -p "$cache/rust/$package-$profile"
  staged=$(mktemp -d "$cache/rust/$package-$profile/.staged-XXXXXX")
  for artifact in "$@"; do
    cp -rL "$CARGO_TARGET_DIR/$profile/$artifact" "$staged/"
  done
  record_files "$staged"
  mv -T "$staged" "$kept" 2> /dev/null || rm -rf "$staged" # another build of the same sources was first
  # The four newest are enough for a few branches.
  ls -1dt "$cache/rust/$package-$profile"/*/ | tail -n +5 | xargs -r rm -rf
fi

mkdir -p "$out"
(cd "$kept" && find . -type f ! -path ./.ok -print0) | while IFS= read -r -d '' file; do
  cmp -s "$kept/$file" "$out/$file" || install -D "$kept/$file" "$out/$file"
done
