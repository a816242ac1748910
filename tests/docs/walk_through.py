#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what a page of the documentation says, and compares what comes of it.

A fenced block ```LANGUAGE NAME is a file, which is written. A block ```console is a dialogue: each line that begins with
`$ ` is a command for bash, and the lines behind it are what it prints, on either output. A line `...` stands for any
lines. All happens in one empty directory. SARIF files that are there at the end must fit the official schema.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sarif_schema import complaints

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def dialogue(block):
    """[(command, the lines it prints)]"""
    parts = []
    for line in block.splitlines():
        if line.startswith("$ "):
            parts.append((line[2:], []))
        else:
            parts[-1][1].append(line)
    return parts


def pattern(lines):
    return "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in lines)


def say(command, directory, environment):
    done = subprocess.run(["bash", "-c", command], cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.stdout


def walk(page, directory, environment):
    commands = 0
    for language, name, block in FENCE.findall(page):
        if name:
            (directory / name).write_text(block)
        elif language == "console":
            for command, lines in dialogue(block):
                commands += 1
                printed = say(command, directory, environment)
                if not re.fullmatch(pattern(lines), printed):
                    expected = "\n".join(lines)
                    return f"$ {command}\n--- the page says\n{expected}\n--- it prints\n{printed}"
    return "" if commands else "the page has no commands"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where the gordian command lies")
    parser.add_argument("page", type=Path)
    options = parser.parse_args()
    environment = {**os.environ, "PATH": f"{options.bin.resolve()}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory(prefix="gordian-walk-") as place:
        directory = Path(place).resolve()
        failure = walk(options.page.read_text(), directory, environment)
        logs = sorted(directory.glob("*.sarif"))
        failure = failure or "\n".join(complaint for log in logs for complaint in complaints(log))
    if failure:
        print(f"FAILED: {options.page}: {failure}")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
