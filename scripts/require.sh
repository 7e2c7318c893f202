#!/bin/sh
# Sees to it that tools are there, and installs what is missing through apt: as root, or by a
# sudo that asks for no password. Where it cannot, it says what to install and fails.
#
#     require.sh PACKAGE...        (names of Debian packages)
#     require.sh --try PACKAGE...  (says what it cannot install, and goes on without)
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
        libcaf-dev) test -e /usr/include/caf/all.hpp || test -e /usr/local/include/caf/all.hpp ;;
        libzmq3-dev) test -e /usr/include/zmq.h || test -e /usr/local/include/zmq.h ;;
        libglib2.0-dev) pkg-config --exists glib-2.0 ;;
        erlang-base) command -v erl && command -v erlc ;;
        python3-venv) python3 -c 'import ensurepip, venv' ;;
        libc6-dbg) ! command -v dpkg-query || dpkg-query -s "$1" ;;
        *) command -v "$1" ;;
    esac > /dev/null 2>&1
}

# By apt-get, as root.
apt() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive apt-get "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@"
    fi
}

install() {
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2> /dev/null; then
        fail "please install what is missing: sudo apt-get install $*"
    fi
    echo "backstage: installing $*"
    apt update -q
    apt install -q -y --no-install-recommends "$@"
}

# One by one: each that cannot be had is left out.
try_to_install() {
    for package in "$@"; do
        (install "$package") || echo "backstage: going on without $package" >&2
    done
}

[ "$(uname -s)" = Linux ] || fail "Backstage builds on Linux only"
if ! command -v swiftc > /dev/null || ! command -v swift > /dev/null; then
    fail "Swift 6.3 or later must be in PATH: https://www.swift.org/install/linux"
fi

try=
if [ "${1-}" = --try ]; then
    try=yes
    shift
fi

missing=
for package in "$@"; do
    have "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get > /dev/null; then
    [ -z "$try" ] || exit 0
    fail "please install what is missing:$missing"
fi
if [ -n "$try" ]; then
    try_to_install $missing
else
    install $missing
fi
