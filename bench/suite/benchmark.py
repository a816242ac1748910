# SPDX-License-Identifier: Apache-2.0
"""What is measured. Micro benchmarks and programs are subclasses; each program has a file in programs/, found by itself."""
import shutil
from dataclasses import dataclass

from suite import programs
from suite.parts import classes_in


@dataclass
class Value:
    """A unit that ends in /s is a throughput, of which more is better; of all others less is."""

    number: float
    unit: str


class Benchmark:
    name = ""
    group = "programs"
    needs = ()  # commands
    packages = ""  # of Debian: where the commands are

    def __init__(self, build):
        self.build = build

    def missing(self):
        lacking = [command for command in self.needs if shutil.which(command) is None]
        return f"{', '.join(lacking)} not installed (apt install {self.packages})" if lacking else None

    def runs_under(self, detector):
        return not detector.recompiles

    def prepare(self, directory):
        """What all its runs share, made once in a directory of its own."""

    def measure(self, detector, proofs, scratch):
        """One run, in a process of its own, in the empty directory `scratch`: the Value of each row."""
        raise NotImplementedError


def all_programs(build):
    return [kind(build) for kind in classes_in(programs, Benchmark)]
