#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program without the hook and with it: it must end in the same way and print the same."""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PATIENCE_SECONDS = 25


def run(program, environment):
    """What a run can be told by: its end, stdout and stderr, line by line."""
    try:
        done = subprocess.run([program], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              env={**os.environ, **environment}, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as expired:
        so_far = (expired.stdout or b"").decode(errors="replace")
        return [f"no end after {PATIENCE_SECONDS} s", *so_far.splitlines()]
    return [f"status {done.returncode}", *done.stdout.splitlines(), "stderr:", *done.stderr.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hook", required=True)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gordian-conformance-") as directory:
        native = run(options.program, {})
        watched = run(options.program, {"LD_PRELOAD": options.hook,
                                        "GORDIAN_OPTIONS": f"trace-dir={directory}:report=0"})
        traces = list(Path(directory).glob("*.gordian"))
    if native[0] != "status 0":
        print("FAILED: it does not run by itself", *native, sep="\n")
    elif not traces:
        print("FAILED: it was not watched")
    elif native != watched:
        print("FAILED: the hook changes what it does")
        print(*difflib.unified_diff(native, watched, "without", "with", lineterm="", n=5), sep="\n")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
