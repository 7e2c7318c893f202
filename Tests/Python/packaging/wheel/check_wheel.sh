#!/bin/sh
# Installs a wheel where there is no more than a Python, and uses it there: no Swift, no compiler and
# no index of packages. Then looks at the library inside.
#
#     check_wheel.sh WHEEL PYTHON DIRECTORY        (the directory is made anew)
set -eu
wheel=$(realpath "$1")
python=$2
here=$(realpath "$(dirname "$0")")
rm -rf "$3"
"$python" -m venv "$3"
place=$(realpath "$3")

fail() {
    echo "$wheel: $*" >&2
    exit 1
}

case $(basename "$wheel") in
    backstage-*-py3-none-manylinux*_"$(uname -m)".whl) ;;
    *) fail "is not tagged for any Python 3 and many Linuxes" ;;
esac

cd "$place"
alone() {
    env -i HOME="$place" PATH="$place/bin" "$@"
}
for tool in swiftc cc gcc clang cmake ninja; do
    if alone "$place/bin/python" -c "import shutil, sys; sys.exit(shutil.which('$tool') is None)"
    then fail "$tool can still be found"; fi
done
alone pip install --quiet --no-index --no-deps --no-cache-dir "$wheel"
alone python "$here/smoke.py"

package=$(alone python -c 'import backstage, os; print(os.path.dirname(backstage.__file__))')
library=$package/libbackstage.so
dynamic=$(readelf --wide --dynamic "$library")
needed=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | xargs)
case $needed in
    "libc.so.6 libev-"*.so.*|"libc.so.6 libev-"*.so.*" libm.so.6") ;;
    *) fail "the library needs $needed" ;;
esac
paths=$(echo "$dynamic" | sed -n 's/.*(R[UN]*PATH).*\[\(.*\)\]/\1/p')
# shellcheck disable=SC2016
[ "$paths" = '$ORIGIN/../backstage.libs' ] || fail "the library looks for others in $paths"
[ "$(ls "$package/../backstage.libs" | wc -l)" -eq 1 ] || fail "more than libev was grafted in"

nm -D --defined-only --format=just-symbols "$library" | LC_ALL=C sort > exported
alone python -c 'from backstage._abi import SIGNATURES; print(*sorted(SIGNATURES), sep="\n")' > declared
diff declared exported || fail "the library does not export what it should"
grep -qi 'bsd\|redistribut' "$package"-*.dist-info/licenses/LICENSE.libev ||
    fail "the licence of libev is missing"
echo "$(basename "$wheel"): installed, used and looked at"
