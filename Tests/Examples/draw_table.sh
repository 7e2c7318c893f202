#!/bin/sh
# Runs hostwatch in a terminal of a given size, and compares the last table that it draws, and
# what follows, with what is expected. The cursor must be shown again at the end.
#
#     draw_table.sh ROWS COLUMNS EXPECTED HOSTWATCH [ARGUMENT...]
#
# Control characters are written as cat -v writes them. Ends with 77 where script(1) is missing.

command -v script >/dev/null || exit 77
rows=$1 columns=$2 expected=$3
shift 3

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT

TERM=xterm script -q -e -c "stty rows $rows cols $columns && $*" /dev/null \
    </dev/null >"$results/out"
status=$?
verdict=0
if [ "$status" -ne 0 ]; then
    echo "exit status $status"
    verdict=1
fi
# Without the line ends' CR, and without what the terminal echoes of the end of its input.
tr -d '\r' <"$results/out" | cat -v | sed 's/^\^D^H^H//' >"$results/text"

# The last table begins where the cursor last goes up.
sed -n 'H; /\^\[\[[0-9]*A/{s/.*\^\[\[[0-9]*A//; h;}; ${x; p;}' "$results/text" >"$results/table"
diff -u "$expected" "$results/table" || verdict=1

hidden=$(grep -c '\^\[\[?25l' "$results/text")
shown=$(grep -c '\^\[\[?25h' "$results/text")
if [ "$hidden" -ne 1 ] || [ "$shown" -ne 1 ]; then
    echo "the cursor was hidden $hidden times, and shown $shown times"
    verdict=1
fi
exit $verdict
