#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many instructions of the hook the ways through a lock take, exactly: see instruction_counts.txt.

The program runs under callgrind for N turns and for 2N; the difference is what N turns cost. Only instructions inside
libgordian.so count, so neither the C library's choice of routines for this processor nor its version matters. N is a
multiple of the turns after which an entry takes the slow way once, so that this is in the count in its share. In which turn it
does depends on chance, and whether two entries do in the same one: that moves a count by some hundredths, of nested
locks by more, and the file says how much to allow. A single instruction more on the way moves it by one for each pair.

--write puts what was counted into the file instead of comparing with it.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TURNS = 64 * 1021
SKIPPED = 77


def instructions(program, hook, way, turns):
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "callgrind"
        options = f"trace-dir={directory}:report=0"
        command = ["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
                   f"--callgrind-out-file={output}", f"--trace-children=no", program, way, str(turns)]
        run = subprocess.run(command, text=True, capture_output=True,
                             env={"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(hook), "GORDIAN_OPTIONS": options})
        if run.returncode != 0:
            sys.exit(f"instruction_counts.py: {way} ended with status {run.returncode} under callgrind:\n{run.stderr}")
        return inside(output.read_text(), hook.name)


def inside(profile, library):
    """The self cost of a library in a callgrind profile: the format is described in valgrind's manual, "Callgrind
    Format Specification". The line after `calls=` is inclusive and belongs to the callee."""
    total, ours, of_a_call = 0, False, False
    for line in profile.splitlines():
        if match := re.match(r"ob=(.*)", line):
            ours = Path(match[1]).name == library
        elif line.startswith("calls="):
            of_a_call = True
        elif match := re.match(r"(?:0x[0-9a-f]+|[+*-]?\d+|\*) (\d+)$", line):
            if ours and not of_a_call:
                total += int(match[1])
            of_a_call = False
    return total


def compiler_of(hook):
    comment = subprocess.run(["readelf", "-p", ".comment", hook], text=True, capture_output=True).stdout
    match = re.search(r"(GCC|clang)\D*? (\d+)", re.sub(r"\([^)]*\)", "", comment))
    return f"{match[1].lower()}-{match[2]}" if match else "unknown"


def read_counts(path):
    lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return lines[0][1], {name: (float(count), float(chance)) for name, count, chance in lines[1:]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--hook", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed (scripts/install-dependencies.sh tests)")
        return SKIPPED

    ways = subprocess.run([options.program], text=True, check=True, capture_output=True).stdout.split()
    counted = {}
    for way in ways:
        costs = [instructions(options.program, options.hook, way, turns) for turns in (TURNS, 2 * TURNS)]
        counted[way] = round((costs[1] - costs[0]) / TURNS, 2)

    compiler = compiler_of(options.hook)
    if options.write:
        comments = [line for line in options.counts.read_text().splitlines() if line.startswith("#")]
        chances = {name: chance for name, (_, chance) in read_counts(options.counts)[1].items()}
        rows = [f"compiler {compiler}", *(f"{way} {count:.1f} {chances.get(way, 0.3)}" for way, count in counted.items())]
        options.counts.write_text("\n".join([*comments, *rows]) + "\n")
        return 0

    reference, expected = read_counts(options.counts)
    exact = compiler == reference
    bad = []
    for way, count in counted.items():
        before, chance = expected.get(way, (0, 0))
        fits = abs(count - before) <= chance if exact else count <= before * 1.1
        print(f"{way}: {count:.2f} instructions a turn, expected {before}{'' if exact else ' at most 10 % more'}")
        if not fits:
            bad.append(way)
    bad += sorted(expected.keys() - counted.keys())
    if bad:
        print(f"The cost of {', '.join(bad)} is not what {options.counts.name} says. If that is meant, commit the new counts "
              f"along with the reason: {sys.argv[0]} --program {options.program} --hook {options.hook} "
              f"--counts {options.counts} --write")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
