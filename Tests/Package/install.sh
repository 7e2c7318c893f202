# For the two consumers: installs what is built in $build into a clean $prefix, in a directory
# $work of its own.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" --strip > "$work/install.log" || {
    cat "$work/install.log"
    exit 1
}
