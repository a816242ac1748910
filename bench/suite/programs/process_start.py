# SPDX-License-Identifier: Apache-2.0
import os
import time

from suite.benchmark import Benchmark, Value
from suite.process import Process


class ProcessStart(Benchmark):
    """A process from its start to its end that does next to nothing in between, and takes no lock."""

    group = "micro"
    name = "process-start"
    program = ["/bin/true"]
    runs = 200
    acquisitions = None

    def measure(self, detector, proofs, scratch):
        # Too short to be looked at: what is started in the same way stands for it.
        with Process(detector, proofs, ["/bin/sleep", "60"], scratch):
            pass
        command, environment = detector.command(self.program, scratch), detector.environment(scratch)
        quiet = [(os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0) for output in (1, 2)]
        runs = max(3, round(self.runs * detector.work))
        before = time.monotonic()
        for _ in range(runs):
            os.waitpid(os.posix_spawnp(command[0], command, environment, file_actions=quiet), 0)
        seconds = time.monotonic() - before
        if self.acquisitions is not None:
            detector.check(scratch, self.acquisitions * runs)
        return {f"{self.name}, wall": Value(seconds / runs * 1000, "ms")}


class PythonStart(ProcessStart):
    """The same of a program that takes its first locks meanwhile."""

    name = "process-start-python3"
    program = ["/usr/bin/python3", "-I", "-S", "-c", "pass"]
    runs = 20
    acquisitions = 100
