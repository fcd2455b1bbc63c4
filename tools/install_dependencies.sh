#!/usr/bin/env bash
# install_dependencies.sh: what a build needs on Debian 12. As root it installs the packages that are missing; otherwise
# it prints the line that would. Rust is not of Debian (its version is too old) and is only checked for.
. "$(dirname "$0")/common.sh"

packages=(
  # Building.
  ca-certificates ccache cmake g++ git make mold ninja-build pkg-config python3 python3-pip
  # Libraries.
  libcli11-dev libfmt-dev libgtest-dev libjpeg-dev libpng-dev libssl-dev libtomlplusplus-dev nlohmann-json3-dev
  # Guests in C++, fuzzers, formatting.
  clang-22 clang-format-22 clang-tidy-22 lld-22 libclang-rt-22-dev libclang-rt-22-dev-wasm32 libc++-22-dev-wasm32
  libc++abi-22-dev-wasm32 wasi-libc
  # Counting instructions in the benchmarks.
  valgrind
)
# node comes from other places too: whoever has npm has what is needed.
command -v npm > /dev/null || packages+=(npm)

missing=()
installed=$'\n'$(dpkg-query --show --showformat='${binary:Package} ${db:Status-Abbrev}\n' 2> /dev/null |
  sed -n 's/^\([^ :]*\)[^ ]* ii *$/\1/p')$'\n'
for package in "${packages[@]}"; do
  [[ $installed == *$'\n'"$package"$'\n'* ]] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get > /dev/null || fail "apt-get is missing: on systems other than Debian 12, install the like of: ${missing[*]}"
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" = 0 ] || fail "packages are missing; run: sudo $install"
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

rust_needed=1.95
how="get it from https://rustup.rs with: rustup toolchain install $rust_needed && rustup target add wasm32-wasip2"
export PATH=$PATH:$HOME/.cargo/bin
command -v rustc > /dev/null && command -v cargo > /dev/null || fail "Rust $rust_needed or newer is missing; $how"
rust=$(rustc --version | cut -d' ' -f2)
[ "$(printf '%s\n' "$rust_needed" "$rust" | sort -V | head -n 1)" = "$rust_needed" ] ||
  fail "Rust is $rust, but $rust_needed or newer is needed; $how"
