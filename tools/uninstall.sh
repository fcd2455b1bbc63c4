#!/usr/bin/env bash
# uninstall.sh PREFIX: removes what install.sh recorded under $DESTDIR and PREFIX, and the folders that it made, unless
# something else lies there now.
. "$(dirname "$0")/common.sh"
[ $# -eq 1 ] || fail "usage: tools/uninstall.sh PREFIX"
root=$(realpath -ms -- "${DESTDIR:-}/$1")
record=$root/share/cloister/installed
[ -f "$record" ] || fail "nothing of Cloister is installed under $root (there is no $record)"
mapfile -t paths < "$record"
for path in "${paths[@]}"; do
  # Nothing outside, whatever was written into the record.
  [[ $path != /* && "/$path/" != */../* && -n $path ]] || fail "the record $record names '$path', which is not of it"
done
for path in "${paths[@]}"; do
  [[ $path == */ ]] || rm -f -- "$root/$path"
done
# The inner ones first.
printf '%s\n' "${paths[@]}" | sed -n 's:/$::p' | LC_ALL=C sort -r | while IFS= read -r folder; do
  [ -L "$root/$folder" ] || rmdir --ignore-fail-on-non-empty -- "$root/$folder" 2> /dev/null || true
done
echo "removed what was installed under $root"
