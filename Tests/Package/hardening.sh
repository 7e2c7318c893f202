#!/bin/sh
# The library is bound before it runs, read-only where it can be, never unloaded, has no
# executable stack, and is known by a versioned name.
#
#     hardening.sh LIBRARY
set -eu
dynamic=$(readelf -dW "$1")
segments=$(readelf -lW "$1")

# has NAME TEXT PATTERN
has() {
    if ! echo "$2" | grep -qE "$3"; then
        echo "no $1"
        exit 1
    fi
    echo "$1"
}

has "versioned soname" "$dynamic" 'SONAME.*\[libbackstage\.so\.[0-9]+\]'
has "immediate binding" "$dynamic" 'FLAGS_1.*\bNOW\b'
has "nodelete" "$dynamic" 'FLAGS_1.*\bNODELETE\b'
has "relro" "$segments" 'GNU_RELRO'
has "stack without execution" "$segments" 'GNU_STACK .* RW  '
if echo "$dynamic" | grep -qE 'TEXTREL|RPATH|RUNPATH'; then
    echo "text relocations or a search path within"
    exit 1
fi
