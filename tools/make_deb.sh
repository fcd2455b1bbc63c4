#!/usr/bin/env bash
# make_deb.sh [FOLDER]: a Debian package of what `make build` built, in FOLDER (build). libtorch's libraries are in it, so
# that it needs nothing but Debian's own packages: about 120 MB, 490 MB installed.
. "$(dirname "$0")/common.sh"
tools=$(cd "$(dirname "$0")" && pwd)
cd "$tools/.."
build=${BUILD:-$PWD/build}
destination=$(realpath -m -- "${1:-$build}")
need dpkg-deb dpkg
need dpkg-shlibdeps dpkg-dev

version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt" 2> /dev/null || true)
[ -n "$version" ] || fail "there is no build in $build to package; run make build first"
architecture=$(dpkg --print-architecture)
mkdir -p "$destination"
work=$(mktemp -d "$destination/deb-XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/debian/cloister

# Equal sources give equal packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH

BUILD=$build DESTDIR=$root STRIP=1 "$tools/install.sh" /usr copy > /dev/null
rm "$root/usr/share/cloister/installed" # dpkg keeps its own record
gzip -9n "$root/usr/share/man/man1/cloister.1"
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_cloister" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9nc CHANGELOG.md > "$root/usr/share/doc/cloister/changelog.gz"
{
  cat NOTICE
  printf '\nCloister itself:\n\n'
  cat LICENSE
  printf '\nThe licences of the libraries in /usr/lib/cloister are in /usr/share/doc/cloister/licenses.\n'
} > "$root/usr/share/doc/cloister/copyright"

# The packages of the libraries that are linked, with the versions that have what is used of them.
printf 'Source: cloister\n\nPackage: cloister\nArchitecture: any\n' > "$work/debian/control"
mkdir "$root/DEBIAN"
# Without libtorch there is no usr/lib.
mapfile -t binaries < <(find "$root/usr" \( -path '*/usr/bin/*' -o -path '*/usr/lib/*' \) -type f \( -name '*.so*' -o -perm -100 \) |
  LC_ALL=C sort)
depends=$(cd "$work" && dpkg-shlibdeps -O "${binaries[@]/#/-e}" 2> "$work/log" | sed -n 's/^shlibs:Depends=//p') || {
  tail -n 5 "$work/log" >&2
  fail "dpkg-shlibdeps cannot tell which packages hold the libraries that are needed; build on Debian"
}
cat > "$root/DEBIAN/control" << CONTROL
Package: cloister
Version: $version
Architecture: $architecture
Maintainer: ${DEBFULLNAME:-Cloister} <${DEBEMAIL:-root@localhost}>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends
Suggests: clang-22, lld-22, libc++-22-dev-wasm32, libc++abi-22-dev-wasm32, libclang-rt-22-dev-wasm32, wasi-libc
Section: science
Priority: optional
Description: runs machine-learning workloads that nobody has to trust
 A workload is a WebAssembly component that holds handles to tensors, models
 and datasets; the host owns the bytes and computes with libtorch, which is
 part of this package, for the CPU. What the workload may see is granted by
 name, what leaves is counted and bounded, and every run leaves a record.
CONTROL
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)

package=$destination/cloister_${version}_$architecture.deb
# zstd: a tenth of the time of xz, for a package a fifth larger. dpkg reads it since Debian 12.
dpkg-deb --root-owner-group -Zzstd --build "$root" "$work/package" > /dev/null
mv "$work/package" "$package"
echo "made $package, $(($(stat -c %s "$package") / 1000000)) MB"
