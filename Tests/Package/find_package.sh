#!/bin/sh
# An outside CMake project finds the installed package, builds against it and runs.
#
#     find_package.sh BUILD_DIR LIBDIR VERSION CC
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1 version=$3 cc=$4
. "$here/install.sh"

cmake -G Ninja -S "$here/find_package" -B "$work/build" \
    -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" -DEXPECTED_VERSION="$version"
cmake --build "$work/build"
"$work/build/consumer" "$version"
