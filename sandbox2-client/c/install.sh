#!/bin/sh
# Builds libsandbox2_client and installs it below PREFIX: lib/libsandbox2_client.a, lib/libsandbox2_client.so.0, include, pkg-config.
#
#     sh sandbox2-client/c/install.sh PREFIX
#
# It needs cargo and objcopy. DESTDIR is put before PREFIX, as packagers like it; CARGO_TARGET_DIR is where cargo builds.
set -eu

prefix=${1:?usage: install.sh PREFIX}
case $prefix in
/*) ;;
*) prefix=$(pwd)/$prefix ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../../target}
root=${DESTDIR:-}$prefix

build() {
    "${CARGO:-cargo}" rustc --quiet --manifest-path "$here/library/Cargo.toml" --target-dir "$target" --profile client --crate-type "$@"
}

# Nobody sees half a file: each gets its name when it is whole.
put() {
    chmod "$1" "$2" && mv -f "$2" "$3"
}

build cdylib
build staticlib -- --cfg sandbox2_small
mkdir -p "$root/lib/pkgconfig" "$root/include"

# The library's own unwinder, which finds nothing, and its personality are nobody else's.
new=$root/lib/.new.$$
trap 'rm -f "$new"' EXIT
objcopy --strip-debug --localize-symbol=_Unwind_Backtrace --localize-symbol=rust_eh_personality \
    "$target/client/libsandbox2_client.a" "$new"
put 644 "$new" "$root/lib/libsandbox2_client.a"

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml")
major=${version%%.*}
cp "$target/client/libsandbox2_client.so" "$new"
put 755 "$new" "$root/lib/libsandbox2_client.so.$major"
ln -sf "libsandbox2_client.so.$major" "$root/lib/libsandbox2_client.so"

cp "$here/include/sandbox2_client.h" "$new"
put 644 "$new" "$root/include/sandbox2_client.h"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" "$here/sandbox2_client.pc.in" >"$new"
put 644 "$new" "$root/lib/pkgconfig/sandbox2_client.pc"
