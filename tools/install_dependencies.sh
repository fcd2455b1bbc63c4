#!/usr/bin/env bash
# install_dependencies.sh [lint] [fuzz] [bench] [coverage]: what building, testing and the demo need on Debian 12, and what the named
# ones need beyond it. As root it installs the packages that are missing; otherwise it prints the line that would. Rust is
# not of Debian (its version is too old) and is only checked for.
. "$(dirname "$0")/common.sh"

packages=(
  # Building.
  ca-certificates ccache cmake g++ git make mold ninja-build pkg-config python3 python3-pip
  # Libraries.
  libcli11-dev libfmt-dev libgtest-dev libjpeg-dev libpng-dev libssl-dev libtomlplusplus-dev nlohmann-json3-dev
  zlib1g-dev
  # Guests in C++.
  clang-22 lld-22 libclang-rt-22-dev-wasm32 libc++-22-dev-wasm32 libc++abi-22-dev-wasm32 wasi-libc
)
for purpose in "$@"; do
  case $purpose in
    lint) packages+=(clang-format-22 clang-tidy-22) ;;
    fuzz) packages+=(libclang-rt-22-dev) ;;
    bench) packages+=(valgrind) ;; # counts instructions
    coverage) packages+=(gcovr) ;;
    *) fail "'$purpose' is none of lint, fuzz, bench, coverage" ;;
  esac
done
# node comes from other places too: whoever has npm has what is needed.
command -v npm > /dev/null || packages+=(npm)
# What the line below that gets Rust begins with.
command -v rustc > /dev/null || packages+=(curl)

missing=()
installed=$'\n'$(dpkg-query --show --showformat='${binary:Package} ${db:Status-Abbrev}\n' 2> /dev/null |
  sed -n 's/^\([^ :]*\)[^ ]* ii *$/\1/p')$'\n'
for package in "${packages[@]}"; do
  [[ $installed == *$'\n'"$package"$'\n'* ]] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get > /dev/null || fail "apt-get is missing: on systems other than Debian 12, install the like of: ${missing[*]}"
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" = 0 ] || fail "packages are missing; run: sudo apt-get update && sudo $install"
  echo "installing ${missing[*]}"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # The lists may be older than the packages on the servers: a second try with new ones.
  DEBIAN_FRONTEND=noninteractive $install > "$log" 2>&1 ||
    { apt-get update > "$log" 2>&1 && DEBIAN_FRONTEND=noninteractive $install > "$log" 2>&1; } || {
    tail -n 5 "$log" >&2
    fail "the packages could not be installed; see the lines above"
  }
fi

needed=1.95
if command -v rustup > /dev/null; then
  how="rustup toolchain install stable && rustup default stable"
else
  how="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --default-toolchain stable"
fi
command -v cargo > /dev/null && rust=$(rustc --version 2> /dev/null) ||
  fail "Rust is missing, $needed or newer is needed; run: $how"
rust=$(cut -d' ' -f2 <<< "$rust")
[ "$(printf '%s\n' "$needed" "$rust" | sort -V | head -n 1)" = "$needed" ] ||
  fail "Rust is $rust, but $needed or newer is needed; run: $how"

# Guests in Rust are left out where this cannot be had; the build says so.
if command -v rustup > /dev/null && ! rustup target list --installed | grep -qx wasm32-wasip2; then
  rustup --quiet target add wasm32-wasip2 > /dev/null 2>&1 ||
    echo "Rust's target wasm32-wasip2 could not be installed, so the guests in Rust are not built: rustup target add wasm32-wasip2"
fi
