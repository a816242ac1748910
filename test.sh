#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ./test.sh: installs missing Debian packages, builds, and runs every check. Closes with ctest's summary.
#
#   format      all sources are as .clang-format says
#   sanitizers  the unit tests and the replayed fuzz corpus once more under AddressSanitizer and UBSan
#   ctest       unit, fuzz and end-to-end tests of the release build
set -eu
cd "$(dirname "$0")"

scripts/install-dependencies.sh tests
failed=""

echo "== format"
scripts/format.sh --check || failed="$failed format"

echo "== release build"
cmake --preset release >/dev/null
cmake --build --preset release

echo "== under sanitizers"
# Both sanitizers in one build: half the time, and the same findings.
cmake --preset asan -B build/sanitized -DGORDIAN_SANITIZE=address,undefined >/dev/null
cmake --build build/sanitized --target gordian_unit_tests gordian_fuzz_replay
build/sanitized/tests/unit/gordian_unit_tests --gtest_brief=1 || failed="$failed sanitized-unit-tests"
ctest --test-dir build/sanitized -R '^fuzz\.replay$' --output-on-failure || failed="$failed sanitized-fuzz-replay"

echo "== ctest"
ctest --preset release -j 2 || failed="$failed ctest"
[ -z "$failed" ] || { echo "test.sh: failed:$failed" >&2; exit 1; }
