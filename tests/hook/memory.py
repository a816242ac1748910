#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the hook takes of memory and disk, as the table in docs/performance.md, and whether that is within its limits.
memory.py PROGRAM HOOK GORDIAN; the program is memory_user.c.

What a watched process has touched more than the same one unwatched is the hook's. A limit leaves room for what chance and
the allocator do; what it is to catch is of another order: memory for each lock, or that grows with time."""
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple


class Use(NamedTuple):
    what: str
    arguments: list  # of the program, or a command of its own
    limit_kb: int  # of all memory touched, the hot file's too
    growth_kb: int  # from the first phase to the last
    trace_kb: int
    loses: bool = False  # more than there is room for, which the report has to say


# The same for a Python, which takes locks along hundreds of lines before its script begins.
TELL = "status = open('/proc/self/status').read().split(); " \
       "print(*(status[status.index(name) + 1] for name in ('RssAnon:', 'RssShmem:')))"

USES = [
    Use("a program that takes no lock", ["idle"], 256, 0, 0),
    Use("a Python that does nothing", [sys.executable, "-c", TELL], 2048, 0, 1024),
    Use("1,000,000 locks, never nested", ["flat"], 512, 256, 128),
    Use("1,000,000 locks, nested at random by one thread", ["nested", "1"], 2048, 128, 1024),
    Use("the same by 64 threads", ["nested", "64"], 8192, 1024, 2048),
    Use("100,000 kinds of nestings on as many call paths", ["paths", "100000"], 65536, 128, 65536),
    Use("371,293 of them: more than there is room for", ["paths", "371293"], 131072, 128, 262144, loses=True),
    Use("10,000 threads, one after another", ["threads-in-turn", "10000"], 4096, 2048, 4096),
    Use("500 threads at once", ["threads-at-once", "500"], 500 * 64, 0, 1024),
]


def run(program, use, environment):
    command = use.arguments if Path(use.arguments[0]).is_absolute() else [program, *use.arguments]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return [tuple(map(int, line.split())) for line in told.splitlines()]


def measure(program, hook, gordian, use):
    native = run(program, use, {})
    with tempfile.TemporaryDirectory() as directory:
        options = f"trace-dir={directory}:report=0"
        watched = run(program, use, {"LD_PRELOAD": hook, "GORDIAN_OPTIONS": options})
        trace_kb = sum(path.stat().st_blocks for path in Path(directory).iterdir()) // 2
        report = subprocess.run([gordian, "report", directory], capture_output=True, text=True).stdout
    private = [ours[0] - theirs[0] for ours, theirs in zip(watched, native)]
    hot = [ours[1] - theirs[1] for ours, theirs in zip(watched, native)]
    return private, hot, trace_kb, report


def main():
    program, hook, gordian = sys.argv[1:]
    print("| | memory, kB | of it the hot file | after a tenth of it, kB | trace, kB |\n| --- | --- | --- | --- | --- |")
    failures = []
    for use in USES:
        private, hot, trace_kb, report = measure(program, hook, gordian, use)
        total = [ours + shared for ours, shared in zip(private, hot)]
        before = f"{total[0]:,}" if len(total) > 1 else ""
        print(f"| {use.what} | {total[-1]:,} | {hot[-1]:,} | {before} | {trace_kb:,} |")
        if use.trace_kb and "in 1 process" not in report:
            failures.append(f"{use.what}: it was not watched")
        if use.loses != (" dropped" in report):
            failures.append(f"{use.what}: {'no ' if use.loses else ''}loss in the report: {report}")
        for name, value, limit in [("kB of memory", total[-1], use.limit_kb), ("kB of growth", total[-1] - total[0],
                                   use.growth_kb), ("kB of trace", trace_kb, use.trace_kb)]:
            if value > limit:
                failures.append(f"{use.what}: {value} {name}, limit {limit}")
    print(*failures, sep="\n")
    return 1 if failures else 0


sys.exit(main())
