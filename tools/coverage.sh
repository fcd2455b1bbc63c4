#!/usr/bin/env bash
# coverage.sh [MODULE ...]: builds the preset `coverage`, runs every test in it, and prints the share of lines that ran, by
# module and file, for src/host, src/sandbox, src/engine and src/data (or the modules named). The lines that did not run
# are in build-coverage/coverage.txt.
. "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
modules=("$@")
[ $# -gt 0 ] || modules=(host sandbox engine data)
folder=build-coverage

need gcovr gcovr
tools/build.sh coverage
# Counts of an earlier run would be added to.
find "$folder" -name '*.gcda' -delete
# Behind a run's walls no counts can be written; the tests that look for those are left out.
CLOISTER_WALLS=off ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" -E '^e2e\.isolate' > "$folder/tests.log" || {
  tail -n 40 "$folder/tests.log" >&2
  fail "tests failed in the preset coverage; see $folder/tests.log"
}
# The guarded allocator is the same source with other lines, which gcovr cannot add up.
gcovr --root . --object-directory "$folder" --exclude-throw-branches --json "$folder/coverage.json" \
  --exclude-directories '.*_guarded\.dir' --filter 'src/' "$folder" > "$folder/gcovr.log" 2>&1 || {
  tail -n 5 "$folder/gcovr.log" >&2
  fail "gcovr failed; see $folder/gcovr.log"
}
python3 tools/coverage_table.py "$folder/coverage.json" "${modules[@]}" | tee "$folder/coverage.txt" | grep -v '^  not run'
