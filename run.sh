#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ./run.sh                     builds Gordian and shows it at work on a small program that could deadlock
# ./run.sh -- PROGRAM [ARGS]   builds Gordian and runs PROGRAM under it
#
# Missing Debian packages are installed first. The report is printed on standard error and left in ./gordian-report
# with the lock graph: report.txt, report.json, lock-graph.dot, lock-graph.svg.
#
# Exit status: that of `gordian run`, 0 nothing found, 1 Gordian failed, 2 findings. Without PROGRAM: 0 if the
# deadlock was found as it should be, else 1.
set -eu

root=$(cd "$(dirname "$0")" && pwd)
usage() {
  sed -n '4,11s/^# \{0,1\}//p' "$0"
}
demo=corpus.01-abba-never-colliding.case
target=$demo
case ${1:-} in
  "") ;;
  --)
    shift
    [ $# -gt 0 ] || { usage >&2; exit 1; }
    demo=""
    target=gordian
    ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 1 ;;
esac

"$root/scripts/install-dependencies.sh"
(cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release --target gordian $target) >&2
[ -z "$demo" ] || set -- "$root/build/release/tests/e2e/$demo"

out=gordian-report
mkdir -p "$out"
rm -f "$out/report.txt" "$out/report.json" "$out/lock-graph.dot" "$out/lock-graph.svg"
status=0
"$root/build/release/bin/gordian" run --format=text --format=text --output="$out/report.txt" \
  --format=json --output="$out/report.json" --format=dot --output="$out/lock-graph.dot" -- "$@" || status=$?
if [ -f "$out/lock-graph.dot" ]; then
  dot -Tsvg -o "$out/lock-graph.svg" "$out/lock-graph.dot"
  echo "gordian: left in $out: report.txt, report.json, lock-graph.dot, lock-graph.svg" >&2
fi

[ -n "$demo" ] || exit "$status"
if [ "$status" != 2 ]; then
  echo "gordian: the deadlock of this program was not reported; gordian run exited with $status" >&2
  exit 1
fi
