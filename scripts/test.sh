#!/bin/sh
# `npm test [-- VITEST ARGUMENTS]`: sets up, runs the tests and ends with one line of totals.
set -u
cd "$(dirname "$0")/.." || exit 1
[ "${DK_SETUP-}" = skip ] || scripts/setup.sh test || exit 1

results=build/test-results.json
rm -f "$results"
node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$results" "$@"
status=$?
node scripts/totals.mjs "$results" "$status" || status=1
exit "$status"
