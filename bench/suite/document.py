# SPDX-License-Identifier: Apache-2.0
"""The place in a Markdown file where results stand."""
from suite.failure import Failure

BEGIN, END = "<!-- bench/run begin -->", "<!-- bench/run end -->"


def check_place(file):
    """Raises Failure if there is no place in it: better before measuring than after."""
    if file.exists():
        split(file)


def split(file):
    text = file.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Failure(f"{file} has no place for the results: it wants one line '{BEGIN}' and after it one line '{END}'")
    return text.split(BEGIN)[0], text.split(END)[1]


def write(file, text):
    before, after = split(file) if file.exists() else ("", "\n")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
