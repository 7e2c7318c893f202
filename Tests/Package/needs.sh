#!/bin/sh
# At run time the library needs libc, libm, libev and the loader, and nothing else.
#
#     needs.sh LIBRARY
set -eu
needed=$(ldd "$1" | awk '{ print $1 }' | sed 's|.*/||')
others=$(echo "$needed" | grep -vE '^(linux-(vdso|gate)\.so\.1|ld-linux[-a-z0-9_]*\.so\.[0-9]+|lib(c|m)\.so\.6|libev\.so\.4)$' || true)

echo "$needed"
echo "$needed" | grep -q '^libev\.so\.4$'
if [ -n "$others" ]; then
    echo "needed, and should not be:" $others
    exit 1
fi
