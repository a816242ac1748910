#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A trace grows with what is new in a program, not with time: ten times the nestings of one kind leave files of the
same size. trace_growth.py PROGRAM HOOK; the program is counted_pairs.c."""
import subprocess
import sys
import tempfile
from pathlib import Path

TURNS = 200_000


def sizes(program, hook, turns):
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([program, "nested-of-many", str(turns)], check=True,
                       env={"LD_PRELOAD": hook, "GORDIAN_OPTIONS": f"trace-dir={directory}:report=0"})
        return sorted(path.stat().st_size for path in Path(directory).iterdir())


once, ten_times = (sizes(*sys.argv[1:], turns) for turns in (TURNS, 10 * TURNS))
print(f"{TURNS} nestings left files of {once} bytes, ten times as many {ten_times}")
sys.exit(not once or once != ten_times)
