#!/bin/sh
# Runs hostwatch on the machine's own /proc: every line must have the right shape.
#
#     watch_this_machine.sh HOSTWATCH

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT

"$1" --seconds 1 --interval 200 >"$results/out" 2>"$results/err"
status=$?
verdict=0
if [ "$status" -ne 0 ] || [ -s "$results/err" ]; then
    echo "exit status $status"
    cat "$results/err"
    verdict=1
fi

time='^ *[0-9]+\.[0-9]{3}  '
share='[ 0-9]+\.[0-9] %'
size='[0-9.]+ ([KMGTP]i)?B'
cat >"$results/shapes" <<SHAPES
${time}cpu\.(total|[0-9]+) +$share\$
${time}memory\.(used|swap) +$share  $size of $size\$
${time}network\.[^ ]+ +in +$size/s  out +$size/s\$
${time}processes\.count +[0-9]+: [0-9]+ running, [0-9]+ blocked, [0-9]+ zombies; load [0-9.]+\$
${time}processes\.busiest +$share  [0-9]+ .+\$
${time}unavailable\.[a-z]+ +.+\$
${time}alarm\.[a-z.]+ +(ALARM: at or above|over: well below) [0-9]+ %( again)?\$
^ledger: accepted [0-9]+ = handled [0-9]+ \+ dead 0 \+ queued 0: balanced\$
^dead letters: none\$
^actors: 7 spawned, 0 failed, 0 left\$
SHAPES
if grep -v -E -f "$results/shapes" "$results/out"; then
    echo "(lines of no known shape)"
    verdict=1
fi
for pattern in 'memory\.used' 'processes\.count' '^ledger: ' '^dead letters: ' '^actors: '; do
    if ! grep -q -e "$pattern" "$results/out"; then
        printf "missing: %s\n" "$pattern"
        verdict=1
    fi
done
[ "$verdict" -eq 0 ] || cat "$results/out"
exit $verdict
