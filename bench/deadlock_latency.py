#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how long after a deadlock has formed its report is on stderr: median, 95th percentile and maximum over many runs.

Under `gordian run`, and under a plain preload, where the watch over the process has to be started first.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def one_run(command, environment):
    """Milliseconds from the last thread's wish for its second lock to the report's first line."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
    told = None
    for line in process.stderr:
        if line.startswith("error: deadlock"):
            told = time.monotonic_ns()
            break
    process.stderr.read()
    formed = max(int(line) for line in process.stdout.read().split())
    process.wait()
    if told is None:
        sys.exit(f"bench/deadlock_latency.py: no report from {command}")
    return (told - formed) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="build directory, with benchmarks")
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    build = options.build.resolve()
    ring, gordian, hook = build / "bench/deadlock_ring", build / "bin/gordian", build / "lib/gordian/libgordian.so"
    for file in (ring, gordian, hook):
        if not file.exists():
            sys.exit(f"bench/deadlock_latency.py: {file} is missing; build it with: cmake --preset release -DGORDIAN_BENCH=ON"
                     " && cmake --build --preset release")
    print("| | threads | median | 95 % | maximum |\n| --- | --- | --- | --- | --- |")
    for threads in (2, 3, 8):
        for way in ("gordian run", "plain preload"):
            times = []
            for _ in range(options.runs):
                with tempfile.TemporaryDirectory(prefix="gordian-latency-") as traces:
                    if way == "gordian run":
                        command = [gordian, "run", "--on-deadlock=abort", f"--trace-dir={traces}", "--", ring, str(threads)]
                        environment = dict(os.environ)
                    else:
                        command = [ring, str(threads)]
                        environment = {**os.environ, "LD_PRELOAD": str(hook),
                                       "GORDIAN_OPTIONS": f"trace-dir={traces}:on-deadlock=abort"}
                    times.append(one_run(command, environment))
            times.sort()
            print(f"| {way} | {threads} | {statistics.median(times):.0f} ms | {times[int(len(times) * 0.95)]:.0f} ms | "
                  f"{times[-1]:.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
