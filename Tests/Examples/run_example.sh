#!/bin/sh
# Runs a command and compares all that it writes with what is expected.
#
#     run_example.sh [-s STATUS] EXPECTED COMMAND [ARGUMENT...]
#
# EXPECTED holds standard output. Standard error must be empty, unless there is EXPECTED.err: then
# each line of either must match the pattern, a basic regular expression, in the same line of the
# other.

status_expected=0
if [ "$1" = -s ]; then
    status_expected=$2
    shift 2
fi
expected=$1
shift

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT

"$@" >"$results/out" 2>"$results/err" </dev/null
status=$?
verdict=0

if [ "$status" -ne "$status_expected" ]; then
    echo "exit status $status, not $status_expected"
    verdict=1
fi
diff -u "$expected" "$results/out" || verdict=1

if [ ! -e "$expected.err" ]; then
    : >"$results/patterns"
else
    cp "$expected.err" "$results/patterns"
fi
exec 3<"$results/patterns" 4<"$results/err"
while IFS= read -r pattern <&3; do
    IFS= read -r line <&4 || line='(nothing)'
    if ! printf '%s\n' "$line" | grep -q -x -e "$pattern"; then
        echo "standard error: expected $pattern, got $line"
        verdict=1
    fi
done
if rest=$(cat <&4) && [ -n "$rest" ]; then
    echo "standard error, beyond what is expected: $rest"
    verdict=1
fi
exit $verdict
