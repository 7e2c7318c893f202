#!/bin/sh
# The library exports the functions that the header declares, all of them and nothing else.
#
#     exports.sh LIBRARY HEADER CC
set -eu
library=$1 header=$2 cc=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | awk '{ print $3 }' | LC_ALL=C sort > "$work/exported"
# A declared function is a name with its parenthesis; a callback's type has it before the name, and a
# type of function begins with typedef.
"$cc" -E -P "$header" | grep -v '^typedef' | grep -oE '\bbackstage_[a-z0-9_]+\(' | tr -d '(' |
    LC_ALL=C sort -u > "$work/declared"

test -s "$work/declared"
diff -u --label declared "$work/declared" --label exported "$work/exported"
echo "$(wc -l < "$work/exported") functions declared and exported"
