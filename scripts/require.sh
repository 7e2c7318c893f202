#!/bin/sh
# Sees to it that tools are there, and installs what is missing through apt: as root, or by a
# sudo that asks for no password. Where it cannot, it says what to install and fails.
#
#     require.sh PACKAGE...        (names of Debian packages)
set -eu

fail() {
    echo "backstage: $*" >&2
    exit 1
}

# Whether what a package is for is there, however it got there.
have() {
    case $1 in
        libev-dev) test -e /usr/include/ev.h || test -e /usr/local/include/ev.h ;;
        gcc) command -v cc || command -v gcc || command -v clang ;;
        g++) command -v c++ || command -v g++ || command -v clang++ ;;
        ninja-build) command -v ninja ;;
        binutils) command -v readelf && command -v nm && command -v strip ;;
        redis-tools) command -v redis-cli && command -v redis-benchmark ;;
        python3-venv) python3 -c 'import ensurepip, venv' ;;
        libc6-dbg) ! command -v dpkg-query || dpkg-query -s "$1" ;;
        *) command -v "$1" ;;
    esac > /dev/null 2>&1
}

install() {
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif sudo -n true 2> /dev/null; then
        as_root="sudo -n"
    else
        fail "please install what is missing: sudo apt-get install $*"
    fi
    echo "backstage: installing $*"
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@"
}

[ "$(uname -s)" = Linux ] || fail "Backstage builds on Linux only"
if ! command -v swiftc > /dev/null || ! command -v swift > /dev/null; then
    fail "Swift 6.3 or later must be in PATH: https://www.swift.org/install/linux"
fi

missing=
for package in "$@"; do
    have "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command -v apt-get > /dev/null || fail "please install what is missing:$missing"
install $missing
