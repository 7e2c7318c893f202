#!/bin/sh
# A plain compiler call with the flags of pkg-config builds against the installation; the result
# runs, and still does when the installation has been moved.
#
#     pkg_config.sh BUILD_DIR LIBDIR VERSION CC
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1 libdir=$2 version=$3 cc=$4
. "$here/install.sh"

build_and_run() {
    export PKG_CONFIG_PATH="$1/$libdir/pkgconfig"
    test "$(pkg-config --modversion backstage)" = "$version"
    $cc -std=c99 $(pkg-config --cflags backstage) "$here/consumer/main.c" \
        $(pkg-config --libs backstage) -o "$work/consumer"
    LD_LIBRARY_PATH="$1/$libdir" "$work/consumer" "$version"
}

build_and_run "$prefix"
mv "$prefix" "$work/moved"
build_and_run "$work/moved"
