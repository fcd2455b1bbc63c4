# Sourced by the scripts beside it. Sets CLOISTER_CACHE.
set -euo pipefail
export CLOISTER_CACHE=${CLOISTER_CACHE:-$HOME/.cache/cloister}

# One sentence, and out.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# need COMMAND PACKAGE: the command exists.
need() {
  command -v "$1" > /dev/null || fail "'$1' is missing; install the Debian package $2 or run tools/install_dependencies.sh"
}

# has_sha256 FILE SUM
has_sha256() {
  [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status
}

# must_have_sha256 FILE SUM: what was fetched is what was pinned.
must_have_sha256() {
  has_sha256 "$1" "$2" || fail "$(basename "$1") is not the file that this version of Cloister was checked with (its" \
    "SHA-256 is $(sha256sum "$1" | cut -d' ' -f1), not $2); nothing of it was used"
}

# fetch_wheels FOLDER PIP_ARGUMENT...: downloads wheels without what they depend on; runs nothing of them.
fetch_wheels() {
  local folder=$1
  shift
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir --only-binary=:all: \
    --dest "$folder" "$@" > "$folder/pip.log" 2>&1 || {
    tail -n 3 "$folder/pip.log" >&2
    fail "pip could not download $*; look at the lines above, and at the network and proxy settings"
  }
}
