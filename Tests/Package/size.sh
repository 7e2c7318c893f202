#!/bin/sh
# Stripped, the library is no larger than 300 KB.
#
#     size.sh LIBRARY
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
bytes=$(stat -c %s "$stripped")
echo "$bytes bytes stripped"
test "$bytes" -le 300000
