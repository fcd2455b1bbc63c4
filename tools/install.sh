#!/usr/bin/env bash
# install.sh PREFIX [link|copy]: what `make build` built, under $DESTDIR and PREFIX. libtorch is not built here: `link`
# (the default) makes lib/cloister/torch a symbolic link to the one that the build used, `copy` copies the libraries that
# are needed, 460 MB. What was installed is recorded in share/cloister/installed, by which uninstall.sh removes it.
# BUILD names another build folder than build/; with STRIP set, symbols are left out.
. "$(dirname "$0")/common.sh"
[ $# -ge 1 ] || fail "usage: tools/install.sh PREFIX [link|copy]"
umask 022
tools=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$(dirname "$tools")/build}
prefix=$(realpath -ms -- "$1")
libtorch=${2:-link}
root=$(realpath -ms -- "${DESTDIR:-}/$prefix")
record=share/cloister/installed

case $libtorch in link | copy) ;; *) fail "'$libtorch' is neither link nor copy" ;; esac
[ -x "$build/bin/cloister" ] || fail "there is no $build/bin/cloister to install; run make build first"

# Everything is put together first: what fails here leaves nothing behind.
stage=$(mktemp -d "$build/install-XXXXXX")
trap 'rm -rf "$stage"' EXIT
cmake -E env --unset=DESTDIR cmake --install "$build" --prefix "$stage" ${STRIP:+--strip} > "$stage.log" 2>&1 || {
  cat "$stage.log" >&2
  rm -f "$stage.log"
  fail "the build is not complete; run make build first"
}
rm -f "$stage.log"

# completion SHELL FILE
completion() {
  mkdir -p "$(dirname "$stage/$2")"
  "$build/bin/cloister" completion "$1" > "$stage/$2"
}
completion bash share/bash-completion/completions/cloister
completion zsh share/zsh/site-functions/_cloister
completion fish share/fish/vendor_completions.d/cloister.fish

if [ -f "$stage/lib/libcloister_torch.so" ]; then
  linked=$(ldd "$build/lib/libcloister_torch.so")
  missing=$(sed -n 's/^\s*\(.*\) => not found.*/\1/p' <<< "$linked")
  [ -z "$missing" ] || fail "the libtorch of the build lacks ${missing//$'\n'/, }; run make build again"
  from=$(realpath -- "$(dirname "$(sed -n 's/^\s*libc10\.so => \(.*\) (.*/\1/p' <<< "$linked")")/..")
  to=$stage/lib/cloister/torch
  mkdir -p "$stage/lib/cloister"
  if [ "$libtorch" = link ]; then
    ln -s "$from" "$to"
  else
    # libtorch finds the others by their place beside it, which stays the same.
    while IFS= read -r library; do
      library=$(realpath -- "$(dirname "$library")")/$(basename "$library")
      [[ $library == "$(dirname "$from")"/* ]] || continue
      file=$(realpath -ms -- "$to/$(realpath -ms --relative-to="$from" -- "$library")")
      install -D -m 644 "$library" "$file"
    done < <(sed -n 's/.* => \(\/.*\) (0x.*/\1/p' <<< "$linked")
    for licences in "$(dirname "$from")"/{torch,nvidia_cuda_runtime,nvidia_cuda_cupti}-*.dist-info/licenses; do
      [ -d "$licences" ] || continue
      package=$(basename "$(dirname "$licences")" .dist-info)
      mkdir -p "$stage/share/doc/cloister/licenses"
      cp -r "$licences" "$stage/share/doc/cloister/licenses/$package"
    done
  fi
fi

# An earlier installation goes first, with what this one no longer has. Folders that it made and others use stay its own.
made=()
if [ -f "$root/$record" ]; then
  mapfile -t earlier < <(sed -n 's:/$::p' "$root/$record")
  DESTDIR="${DESTDIR:-}" "$tools/uninstall.sh" "$prefix" > /dev/null
  for folder in "${earlier[@]}"; do
    [ ! -d "$root/$folder" ] || made+=("$folder")
  done
fi

mapfile -t folders < <(cd "$stage" && find . -mindepth 1 -type d -printf '%P\n' | LC_ALL=C sort)
mapfile -t files < <(cd "$stage" && find . ! -type d -printf '%P\n' | LC_ALL=C sort)
for folder in "${folders[@]}"; do
  [ -d "$root/$folder" ] || made+=("$folder")
done
# The record first: an installation that fails half-way can be removed.
mkdir -p "$root/$(dirname "$record")"
printf '%s\n' "${files[@]}" "$record" "${made[@]/%//}" > "$root/$record"
for file in "${files[@]}"; do
  mkdir -p "$root/$(dirname "$file")"
  cp -P --remove-destination --preserve=mode,timestamps "$stage/$file" "$root/$file"
done
echo "installed ${#files[@]} files under $root; remove them with: make uninstall PREFIX=$prefix${DESTDIR:+ DESTDIR=$DESTDIR}"
