# SPDX-License-Identifier: Apache-2.0
"""What a program can be run under. One file each in detectors/, which are found by themselves.

A file there defines one subclass of Detector: how it is found, how a program is run under it, what build of the program
it needs, and what proves that a program ran under it.
"""
import os
import signal
from pathlib import Path

from suite import detectors
from suite.parts import classes_in

NOT_INHERITED = ("LD_PRELOAD", "GORDIAN_OPTIONS", "TSAN_OPTIONS", "VALGRIND_OPTS")


class Detector:
    name = ""
    place = 9  # in tables: smaller is further to the left
    peer = True  # not one of ours; one of ours that fails makes the suite fail
    recompiles = False  # runs only programs built for it
    micro = "bench/micro"  # where the micro benchmarks are that it runs
    rounds = None  # it takes part in so many rounds at most
    work = 1.0  # the share of a program's work that is done under it: slow ones get less
    proof = None  # what the name of a file begins with that is mapped in every program under it, and in no other

    def __init__(self, build):
        self.build = build

    def missing(self):
        """Why it cannot be run here, as a sentence without its name; None if it can."""
        return None

    def variables(self, scratch):
        """What it adds to the environment. `scratch`: a directory of this one run."""
        return {}

    def command(self, command, scratch):
        return command

    def check(self, scratch, acquisitions):
        """Raises Failure if what the run left in `scratch` does not show that it saw so many acquisitions."""

    def explain(self, status, errors):
        """In a few words why a program ended with a status that is not 0."""
        if status < 0:
            return f"killed by {signal.Signals(-status).name}"
        return f"exit status {status}"

    def environment(self, scratch):
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        return {**inherited, "GORDIAN_BENCH_WORK": str(self.work), **self.variables(scratch)}


class Preload(Detector):
    """A library in front of libc."""

    library = None

    @property
    def proof(self):
        return self.library.name

    def missing(self):
        return None if self.library.exists() else f"{self.library} is missing"

    def variables(self, scratch):
        return {"LD_PRELOAD": str(self.library)}


class GivenPreload(Preload):
    """--preload NAME=FILE: any other detector that is a library."""

    def __init__(self, build, given):
        super().__init__(build)
        self.name, _, file = given.partition("=")
        self.library = Path(file).resolve()


def all_detectors(build, preloads=()):
    found = [kind(build) for kind in classes_in(detectors, Detector)] + [GivenPreload(build, given) for given in preloads]
    return sorted(found, key=lambda detector: detector.place)
