#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what Gordian costs: the same program without a preload, with one that does nothing, and with libgordian.so.

A measurement is a process of its own. Each round takes every benchmark once under every variant, one right after the
other and in an order that rotates, so that whatever else the machine does meets all variants alike. Ratios are taken
within a round; the median over the rounds is shown, and in brackets the middle half of them.

No number is taken on trust: every single run must show that the library was really loaded and, for Gordian, that it
left a trace.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

MIN_TIME = 0.1  # seconds, for Google Benchmark
MEMCACHED_OPERATIONS = 1_000_000
MEMCACHED = "memcached"
BEGIN, END = "<!-- bench/run.py begin -->", "<!-- bench/run.py end -->"


def fail(sentence):
    sys.exit(f"bench/run.py: {sentence}")


def progress(line):
    print(line, file=sys.stderr, flush=True)


@dataclass
class Variant:
    name: str
    library: Path | None

    def environment(self, trace_dir):
        environment = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "GORDIAN_OPTIONS")}
        if self.library:
            environment["LD_PRELOAD"] = str(self.library)
        if self.name == "gordian":
            environment["GORDIAN_OPTIONS"] = f"trace-dir={trace_dir}:report=0"
        return environment


class Bench:
    """The built files of one build directory."""

    def __init__(self, build):
        self.locks = build / "bench/lock_bench"
        self.load = build / "bench/memcached_load"
        self.gordian = build / "bin/gordian"
        self.native, self.noop, self.hook = self.variants = [
            Variant("native", None),
            Variant("no-op", build / "bench/noop_shim.so"),
            Variant("gordian", build / "lib/gordian/libgordian.so"),
        ]
        for file in (self.locks, self.load, self.gordian, self.noop.library, self.hook.library):
            if not file.exists():
                fail(f"{file} is missing; build it with: cmake --preset release -DGORDIAN_BENCH=ON && "
                     "cmake --build --preset release")

    def names(self):
        listed = subprocess.run([self.locks, "--benchmark_list_tests"], check=True, text=True, capture_output=True)
        return [line.split("/")[0] for line in listed.stdout.split()]

    # Nanoseconds of one lock+unlock pair; of one iteration where a benchmark does not count pairs.
    def time_locks(self, name, variant, scratch):
        command = [self.locks, f"--benchmark_filter=^{name}(/|$)", f"--benchmark_min_time={MIN_TIME}",
                   "--benchmark_format=json"]
        run = subprocess.run(command, env=variant.environment(scratch), text=True, capture_output=True)
        if run.returncode != 0:
            fail(f"{name} under {variant.name} ended with status {run.returncode}:\n{run.stderr}")
        output = json.loads(run.stdout)
        bound_to = output["context"].get("pthread_mutex_lock", "nothing")
        if Path(bound_to).name != (variant.library.name if variant.library else "libc.so.6"):
            fail(f"{variant.name} is not what ran: pthread_mutex_lock was bound to {bound_to}")
        [timed] = output["benchmarks"]
        self.check_trace(variant, scratch, timed["iterations"] * timed.get("pairs", 0))
        pairs = timed.get("pairs", 1)
        times = {f"{name}, CPU": (timed["cpu_time"] / pairs, "ns")}
        if "/real_time" in timed["name"]:
            times[f"{name}, wall"] = (timed["real_time"] / pairs, "ns")
        return times

    def time_memcached(self, variant, scratch):
        socket = scratch / "socket"
        command = ["memcached", "-t", "2", "-m", "64", "-s", str(socket)]
        if os.geteuid() == 0:
            command += ["-u", "root"]
        server = subprocess.Popen(command, env=variant.environment(scratch))
        try:
            deadline = time.monotonic() + 10
            while not socket.exists():
                if server.poll() is not None or time.monotonic() > deadline:
                    fail(f"memcached did not start under {variant.name}")
                time.sleep(0.01)
            maps = Path(f"/proc/{server.pid}/maps").read_text()
            for other in (self.noop, self.hook):
                if (str(other.library) in maps) != (other is variant):
                    loaded = "not loaded" if other is variant else "loaded"
                    fail(f"{variant.name} is not what ran: memcached has {loaded} {other.library}")
            run = subprocess.run([self.load, socket, str(server.pid), str(MEMCACHED_OPERATIONS)], text=True,
                                 capture_output=True)
            if run.returncode != 0:
                fail(f"memcached under {variant.name} did not answer as it should: {run.stderr}")
        finally:
            server.terminate()
            server.wait()
        if server.returncode != 0:
            fail(f"memcached under {variant.name} ended with status {server.returncode}")
        operations, wall, cpu = map(float, run.stdout.split())
        self.check_trace(variant, scratch, operations)
        return {
            "memcached, throughput": (operations / wall / 1000, "kop/s"),
            "memcached, server CPU": (cpu / operations * 1e6, "s/Mop"),
        }

    def check_trace(self, variant, scratch, at_least):
        if variant is not self.hook:
            return
        if not list(scratch.glob("*.gordian")):
            fail("libgordian.so was loaded but left no trace: what it costs to do nothing is not worth measuring")
        report = subprocess.run([self.gordian, "report", "--format=json", "--fail-on=never", scratch], text=True,
                                capture_output=True)
        if report.returncode != 0:
            fail(f"gordian cannot read the trace: {report.stderr}")
        stats = json.loads(report.stdout)["stats"]
        if stats["acquisitions"] < at_least or stats["dropped"] > 0:
            fail(f"libgordian.so did not record all that was measured, {at_least:.0f} acquisitions at least; "
                 f"its trace has {stats}")


def measure(bench, names, rounds):
    # row -> unit; row -> variant name -> one value per round
    units, values = {}, defaultdict(lambda: defaultdict(list))
    for round_ in range(rounds):
        for name in names:
            progress(f"round {round_ + 1} of {rounds}: {name}")
            shift = round_ % len(bench.variants)
            for variant in bench.variants[shift:] + bench.variants[:shift]:
                with tempfile.TemporaryDirectory(prefix="gordian-bench-") as directory:
                    scratch = Path(directory)
                    times = (bench.time_memcached(variant, scratch) if name == MEMCACHED
                             else bench.time_locks(name, variant, scratch))
                for row, (value, unit) in times.items():
                    units[row] = unit
                    values[row][variant.name].append(value)
    return units, values


def median_and_spread(numbers, digits):
    if len(numbers) < 2:
        return f"{numbers[0]:.{digits}f}"
    low, middle, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return f"{middle:.{digits}f} [{low:.{digits}f}–{high:.{digits}f}]"


def table(units, values):
    rows = [["", "unit", "native", "no-op", "gordian", "gordian / native", "gordian / no-op"]]
    for row, by_variant in values.items():
        digits = {"ns": 0 if by_variant["native"][0] > 1000 else 1, "kop/s": 0, "s/Mop": 3}[units[row]]
        times = [median_and_spread(by_variant[name], digits) for name in ("native", "no-op", "gordian")]
        ratios = [median_and_spread([g / base for g, base in zip(by_variant["gordian"], by_variant[against])], 2)
                  for against in ("native", "no-op")]
        rows.append([row, units[row], *times, *ratios])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def circumstances(rounds, load_before):
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (f"{datetime.date.today()}, {model.group(1) if model else platform.machine()}, {os.cpu_count()} processors, "
            f"Linux {platform.release()}, {' '.join(platform.libc_ver())}, {rounds} rounds; "
            f"load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after.")


def write_markdown(file, text):
    block = f"{BEGIN}\n{text}\n{END}"
    before, after = "", "\n"
    if file.exists():
        old = file.read_text()
        if old.count(BEGIN) != 1 or old.count(END) != 1:
            fail(f"{file} has no place for the table: it wants one line '{BEGIN}' and one '{END}'")
        before, after = old.split(BEGIN)[0], old.split(END)[1]
    file.write_text(before + block + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parent.parent / "build/release",
                        help="build directory, configured with -DGORDIAN_BENCH=ON (default: build/release)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", metavar="NAME", help="micro, memcached, or one name that --list shows")
    parser.add_argument("--list", action="store_true", help="show the benchmarks and stop")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="also write the table to FILE; into its marked place if it exists")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds wants 1 or more")

    bench = Bench(options.build.resolve())
    micro = bench.names()
    if options.list:
        return print("\n".join([*micro, MEMCACHED]))
    names = {None: [*micro, MEMCACHED], "micro": micro}.get(options.only, [options.only])
    if not set(names) <= {*micro, MEMCACHED}:
        parser.error(f"--only: there is no {options.only}; see --list")
    skipped = MEMCACHED in names and shutil.which("memcached") is None
    if skipped:
        names.remove(MEMCACHED)

    load_before = os.getloadavg()[0]
    text = table(*measure(bench, names, options.rounds)) if names else ""
    text += f"\n\n{circumstances(options.rounds, load_before)}"
    if load_before > os.cpu_count() / 4:
        text += " **The machine was busy**: wall times and throughput tell little."
    if skipped:
        text += "\nmemcached was not measured: it is not installed (apt install memcached)."
    print(text)
    if options.markdown:
        write_markdown(options.markdown, text)


if __name__ == "__main__":
    main()
