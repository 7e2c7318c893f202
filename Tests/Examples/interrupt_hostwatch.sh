#!/bin/sh
# Sends a signal to a running hostwatch once it has written its first line, and expects it to end
# in good order.
#
#     interrupt_hostwatch.sh SIGNAL COMMAND [ARGUMENT...]

signal=$1
shift

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
mkfifo "$results/pipe" || exit 1

"$@" >"$results/pipe" 2>"$results/err" &
process=$!
exec 3<"$results/pipe"
if ! read -r first <&3; then
    echo "it wrote nothing"
    cat "$results/err"
    exit 1
fi
kill -s "$signal" "$process"
cat <&3 >"$results/out"
wait "$process"
status=$?

verdict=0
if [ "$status" -ne 0 ]; then
    echo "exit status $status"
    verdict=1
fi
if [ -s "$results/err" ]; then
    cat "$results/err"
    verdict=1
fi
for pattern in \
    'ledger: accepted \([1-9][0-9]*\) = handled \1 + dead 0 + queued 0: balanced' \
    'dead letters: none' \
    'actors: 7 spawned, 0 failed, 0 left'; do
    if ! grep -q -x -e "$pattern" "$results/out"; then
        printf "missing: %s\n" "$pattern"
        verdict=1
    fi
done
[ "$verdict" -eq 0 ] || { echo "$first" && cat "$results/out"; }
exit $verdict
