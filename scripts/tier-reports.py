#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reports pasted in docs/tiers.md, made by the tests' own programs.

    scripts/tier-reports.py BUILDDIR           makes them anew
    scripts/tier-reports.py BUILDDIR --check   fails if one of them is not what Gordian says now

In the page, `<!-- report: PROGRAM -->` stands before a code block with the report of BUILDDIR/tests/e2e/PROGRAM, and
`<!-- why: PROGRAM -->` before one with its first two lines. Stacks are left out, and ids are numbered from 1.
"""
import difflib
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tiers.md"
BLOCK = re.compile(r"<!-- (report|why): (\S+) -->\n```\n.*?```\n", re.DOTALL)
HEADLINE = re.compile(r"(error|warning|note): ")


def first_finding(output):
    lines = output.splitlines()
    begin = next((i for i, line in enumerate(lines) if HEADLINE.match(line)), None)
    if begin is None:
        sys.exit(f"no finding in:\n{output}")
    end = next((i for i in range(begin + 1, len(lines)) if HEADLINE.match(lines[i]) or lines[i].startswith("gordian:")),
               len(lines))
    return lines[begin:end]


def without_stacks(lines):
    """A stack is a line that ends with a colon, and frames behind it."""
    kept = []
    for line in lines:
        if not line.startswith("      #") and not re.match(r"    (where .*|stack):$", line):
            kept.append(line)
    return kept


def without_ids(text):
    known = {}
    text = re.sub(r"\b(pid|tid) (\d+)", lambda m: f"{m[1]} {known.setdefault(m[0], len(known) + 1)}", text)
    text = re.sub(r"process: \S*/", "process: ", text)
    return re.sub(r"for [\d.]+ (ns|us|ms|s)\b", "for 20.0 ms", text)


def report(build, kind, program):
    run = subprocess.run(
        [build / "bin" / "gordian", "run", "--all-tiers", "--on-deadlock=abort", "--", build / "tests" / "e2e" / program],
        cwd=PAGE.parent.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False)
    lines = without_stacks(first_finding(run.stdout))
    text = "\n".join(lines[:2] if kind == "why" else lines).rstrip()
    return f"<!-- {kind}: {program} -->\n```\n{without_ids(text)}\n```\n"


def main():
    build = Path(sys.argv[1]).resolve()
    old = PAGE.read_text()
    new = BLOCK.sub(lambda block: report(build, block[1], block[2]), old)
    if "--check" not in sys.argv:
        PAGE.write_text(new)
    elif new != old:
        diff = difflib.unified_diff(old.splitlines(), new.splitlines(), "docs/tiers.md", "what is said now", lineterm="")
        sys.exit("\n".join(diff) + "\nrun scripts/tier-reports.py BUILDDIR")


main()
