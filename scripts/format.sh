#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# format.sh           formats every source file as .clang-format says
# format.sh --check   names the lines that differ from that, changes nothing, and fails if there are any
#
# It must be clang-format 14: other versions differ in what they make of the same style.
set -eu
cd "$(dirname "$0")/.."

how=-i
[ "${1:-}" != --check ] || how="--dry-run -Werror"
# tests/golden holds input whose layout is part of the test.
find . \( -path ./build -o -path './.?*' -o -path ./tests/golden \) -prune -o \
  \( -name '*.c' -o -name '*.cpp' -o -name '*.h' \) -print0 |
  xargs -0 clang-format-14 $how
