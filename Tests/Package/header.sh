#!/bin/sh
# The header stands alone, as C99 and later and as C++.
#
#     header.sh HEADER CC CXX
set -eu
header=$1 cc=$2 cxx=$3
warnings="-Wall -Wextra -Wpedantic -Wshadow -pedantic-errors -Werror -fsyntax-only"

for standard in c99 c11 c17; do
    echo "#include \"$header\"" | "$cc" -std=$standard $warnings -Wstrict-prototypes -x c -
    echo "$standard"
done
for standard in c++11 c++17 c++20; do
    echo "#include \"$header\"" | "$cxx" -std=$standard $warnings -x c++ -
    echo "$standard"
done
