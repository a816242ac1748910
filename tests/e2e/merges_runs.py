# SPDX-License-Identifier: Apache-2.0
"""Traces of two runs through the command: each alone shows nothing, both together a cycle. The same under any name, in any
order, beside files that are no traces; `gordian graph` shows it, too."""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


class Merging:
    def __init__(self, options, room):
        self.options, self.room = options, room

    def gordian(self, *arguments, status):
        outcome = subprocess.run([self.options.gordian, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                                 check=False)
        check(outcome.returncode == status, f"{arguments}: exited with {outcome.returncode}\n{outcome.stderr}")
        return outcome.stdout

    def record(self, order):
        directory = self.room / order
        self.gordian("run", f"--trace-dir={directory}", "--", self.options.program, order, status=0)
        return next(directory.glob("*.gordian"))

    def report(self, *paths, status=2):
        return json.loads(self.gordian("report", "--format=json", *paths, status=status))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gordian", required=True)
    parser.add_argument("program")
    with tempfile.TemporaryDirectory(prefix="gordian-merge-") as room:
        merging = Merging(parser.parse_args(), Path(room))
        flush, load = merging.record("flush"), merging.record("load")
        both = merging.report(flush, load)
        check(len(both["findings"]) == 1, f"not one finding: {both['findings']}")
        finding = both["findings"][0]
        check("different runs" in finding["reason"] and finding["tier"] == "plausible", finding["reason"])
        check(both["stats"]["processes"] == 2, both["stats"])

        check(merging.report(load, flush) == both, "the order makes a difference")
        copy = shutil.copy(flush, merging.room / "copy.gordian")
        check(merging.report(load, copy, flush) == both, "a copy makes a difference")
        everything = merging.room / "everything"
        everything.mkdir()
        for trace in (flush, load):
            shutil.copy(trace, everything)
        check(merging.report(everything) == both, "a directory makes a difference")

        (everything / "foreign.gordian").write_text("this is no trace\n")
        (everything / "torn.gordian").write_bytes(flush.read_bytes()[:100])
        beside = merging.report(everything)
        check(beside["findings"] == both["findings"], "files that are no traces make a difference")
        for name in ("foreign.gordian", "torn.gordian"):
            check(sum(name in warning for warning in beside["warnings"]) == 1, beside["warnings"])

        graph = merging.gordian("graph", flush, load, status=0)
        check(graph.count("on a cycle: plausible") == 2, graph)
        check(merging.gordian("graph", flush, status=0).count("on a cycle") == 0, "a cycle of one edge")


if __name__ == "__main__":
    main()
