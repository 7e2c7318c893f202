#!/bin/sh
# Builds the pages of the Swift products with docc, which comes with Swift: a static site.
#
#     docs.sh OUTPUT SCRATCH        (SCRATCH: where `swift build` has built the package)
set -eu

output=$1
modules=$2/debug/Modules
triple=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
rm -rf "$output"
mkdir -p "$output/archives"
for module in Backstage BackstageTestKit BackstageService; do
    symbols=$output/symbols/$module
    mkdir -p "$symbols"
    swift symbolgraph-extract -module-name "$module" -target "$triple" -I "$modules" -I include \
        -I Sources/CLibev/include -minimum-access-level public -skip-synthesized-members \
        -output-dir "$symbols"
    docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$symbols" \
        --fallback-display-name "$module" --fallback-bundle-identifier "$module" \
        --output-dir "$output/archives/$module.doccarchive"
done
docc merge "$output"/archives/*.doccarchive --output-path "$output/site" \
    --synthesized-landing-page-name Backstage
echo "$output/site: serve it, as by python3 -m http.server -d $output/site"
