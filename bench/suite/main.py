# SPDX-License-Identifier: Apache-2.0
import argparse
import datetime
import os
import platform
import re
import sys
from pathlib import Path

import suite
from suite import document, plot, table
from suite.benchmark import all_programs
from suite.detector import all_detectors
from suite.failure import Failure
from suite.measure import measure
from suite.micro import all_micro
from suite.results import Results

SOURCE = Path(__file__).resolve().parents[2]


def fail(sentence):
    sys.exit(f"bench/run: {sentence}")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bench/run", description=suite.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=SOURCE / "build/release",
                        help="build directory, configured with -DGORDIAN_BENCH=ON (default: build/release)")
    parser.add_argument("--rounds", type=int, default=7, help="default 7; 1 is for a look")
    parser.add_argument("--only", metavar="NAME", action="append", default=[],
                        help="a benchmark; a detector, and native; or a group: micro, programs, peers (detectors of others), own "
                             "(native, no-op and gordian). Repeatable")
    parser.add_argument("--preload", metavar="NAME=FILE", action="append", default=[],
                        help="one more detector: a library to be preloaded. Repeatable")
    parser.add_argument("--list", action="store_true", help="show the benchmarks and detectors, and stop")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="also write the tables to FILE, into their marked place if it exists, and pictures to images/ beside it")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the results as JSON, from the first benchmark on")
    parser.add_argument("--from", dest="saved", type=Path, metavar="FILE", help="show results that were saved; measure nothing")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds wants 1 or more")
    for given in options.preload:
        if not re.fullmatch(r"[^=]+=.+", given):
            parser.error(f"--preload wants NAME=FILE, not {given}")
    return options


def select(only, benchmarks, detectors):
    """What --only leaves of both."""
    groups = {"micro": lambda item: item.group == "micro", "programs": lambda item: item.group == "programs"}
    sides = {"peers": lambda item: item.peer, "own": lambda item: not item.peer}
    some_benchmarks, some_detectors = set(), set()
    for name in only:
        chosen = {item for item in benchmarks if item.name == name or name in groups and groups[name](item)}
        under = {item for item in detectors if item.name.lower() == name.lower() or name in sides and sides[name](item)}
        if not chosen and not under and name not in sides:
            fail(f"--only: there is no {name}; --list shows what there is")
        some_benchmarks |= chosen
        some_detectors |= under
    return ([item for item in benchmarks if not some_benchmarks or item in some_benchmarks],
            [item for item in detectors if not some_detectors or item in some_detectors or item.name == "native"])


def left_out(benchmarks, detectors):
    """Both without what is missing here, and a sentence for each of that."""
    sentences = [f"{item.name} was left out: {why}." for item in [*detectors, *benchmarks] if (why := item.missing())]
    return [item for item in benchmarks if not item.missing()], [item for item in detectors if not item.missing()], sentences


def circumstances(rounds, load_before):
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    text = (f"{datetime.date.today()}, {model.group(1) if model else platform.machine()}, {os.cpu_count()} processors, "
            f"Linux {platform.release()}, {' '.join(platform.libc_ver())}; rounds: {rounds}; "
            f"load average {load_before:.1f} before.")
    if load_before > os.cpu_count() / 4:
        text += " **The machine was busy**: wall times and throughput tell little."
    return text


def load(file):
    try:
        return Results.load(file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{file} is no file that --save has written: {error}") from error


def run_all(options):
    build = options.build.resolve()
    for file in ("bench/micro/lock_bench", "bench/memcached_load", "bench/noop_shim.so", "bin/gordian", "lib/gordian/libgordian.so"):
        if not (build / file).exists():
            fail(f"{build / file} is missing; build it with: cmake --preset release -DGORDIAN_BENCH=ON && "
                 "cmake --build --preset release")
    benchmarks, detectors = all_micro(build) + all_programs(build), all_detectors(build, options.preload)
    if options.list:
        for item in benchmarks:
            print(f"{item.group:8}  {item.name}")
        for item in detectors:
            print(f"{'peer' if item.peer else 'own':8}  {item.name}{f' (left out: {why})' if (why := item.missing()) else ''}")
        sys.exit()
    benchmarks, detectors, sentences = left_out(*select(options.only, benchmarks, detectors))
    results = Results(circumstances(options.rounds, os.getloadavg()[0]), options.rounds, [item.name for item in detectors],
                      [item.name for item in detectors if item.peer], left_out=sentences)
    measure(results, benchmarks, detectors, lambda: options.save and results.save(options.save))
    return results


def pictures(results, directory):
    try:
        return "\n\n".join(f"![{heading}](images/{name})" for name, heading in plot.draw_all(results, directory))
    except ModuleNotFoundError:
        results.left_out.append("No pictures were drawn: matplotlib is not installed (apt install python3-matplotlib).")
        return ""


def main():
    options = parse(sys.argv[1:])
    try:
        if options.markdown:
            document.check_place(options.markdown)
        results = load(options.saved) if options.saved else run_all(options)
        drawn = pictures(results, options.markdown.parent / "images") if options.markdown else ""
        text = table.whole_text(results)
        print(text)
        if options.markdown:
            document.write(options.markdown, "\n\n".join(part for part in (text, drawn) if part))
    except Failure as failure:
        fail(failure)
    if results.own_failures():
        fail("some runs failed: the list under the tables names them, and what they said is above")
