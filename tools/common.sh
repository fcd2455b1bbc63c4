# Sourced by the scripts of the project. Sets CLOISTER_CACHE, and finds Rust where rustup puts it: before a distribution's
# older one, and also in shells that rustup's installation has not reached yet.
set -euo pipefail
export CLOISTER_CACHE=${CLOISTER_CACHE:-$HOME/.cache/cloister}
export PATH=$HOME/.cargo/bin:$PATH

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

# What was installed into a folder is recorded in its file .ok, so that a file that is later lost or cut short is noticed
# before a build fails on it. Sizes, not sums: this is asked at every build.
list_files() {
  (cd "$1" && find . -type f ! -path ./.ok -printf '%s %P\n' | LC_ALL=C sort)
}

# record_files FOLDER: what is in it now is as it should be.
record_files() {
  list_files "$1" > "$1/.ok"
}

# changed_file FOLDER: prints the first file that is not as recorded; nothing if all are.
changed_file() {
  LC_ALL=C comm -23 "$1/.ok" <(list_files "$1") | sed -n '1s/^[0-9]* //p'
}
