#!/bin/sh
# `npm test [-- VITEST ARGUMENTS]`: sets up, runs the tests and ends with one line of totals.
set -u
cd "$(dirname "$0")/.." || exit 1
[ "${DK_SETUP-}" = skip ] || scripts/setup.sh test || exit 1

# Interrupted, vitest leaves behind what its tests had started.
export DK_TEST_RUN=$$
leave_nothing_running() {
  for environment in $(grep -lsz "^DK_TEST_RUN=$$\$" /proc/[0-9]*/environ); do
    pid=${environment#/proc/}
    kill -KILL "${pid%/environ}" 2>/dev/null
  done
}
trap leave_nothing_running EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

results=build/test-results.json
rm -f "$results"
node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$results" "$@"
status=$?
node scripts/totals.mjs "$results" "$status" || status=1
exit "$status"
