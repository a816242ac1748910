# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of all programs in bench/micro, which are Google Benchmark's."""
import json
import subprocess
from pathlib import Path

from suite.benchmark import Benchmark, Value
from suite.detector import Preload
from suite.failure import Failure
from suite.process import Process

SECONDS = 0.1  # what Google Benchmark shall reach; it finds the number of iterations by itself, so fewer for who is slow
LIMIT, LIMIT_OF_PEERS = 300, 30  # seconds; ours only wait on a machine that is busy, peers take as long as this on an idle one
MODIFIERS = ("real_time", "process_time", "threads:", "iterations:")  # that Google Benchmark appends to a name


class Micro(Benchmark):
    group = "micro"

    def __init__(self, build, program, listed):
        super().__init__(build)
        self.program = program
        self.listed = listed
        self.name = "/".join(part for part in listed.split("/") if not part.startswith(MODIFIERS))

    def runs_under(self, detector):
        return (self.build / detector.micro / self.program).exists()

    def measure(self, detector, proofs, scratch):
        command = [self.build / detector.micro / self.program, f"--benchmark_filter=^{self.name}(/|$)",
                   f"--benchmark_min_time={SECONDS}", "--benchmark_format=json"]
        with Process(detector, proofs, command, scratch) as process:
            process.finish(LIMIT_OF_PEERS if detector.peer else LIMIT)
        try:
            output = json.loads(process.out.read_text())
        except ValueError as error:
            raise Failure("ended without a result", process.errors()[-2000:]) from error
        bound_to = Path(output["context"].get("pthread_mutex_lock", "nothing")).name
        if isinstance(detector, Preload) and bound_to != detector.proof:
            raise Failure("was not what ran", f"pthread_mutex_lock was bound to {bound_to}")
        [timed] = output["benchmarks"]
        detector.check(scratch, timed["iterations"] * timed.get("pairs", 0))
        pairs = timed.get("pairs", 1)
        values = {f"{self.name}, CPU": Value(timed["cpu_time"] / pairs, "ns")}
        if "/real_time" in self.listed:
            values[f"{self.name}, wall"] = Value(timed["real_time"] / pairs, "ns")
        return values


def all_micro(build):
    found = []
    for program in sorted((build / "bench/micro").iterdir()):
        listed = subprocess.run([program, "--benchmark_list_tests"], check=True, text=True, capture_output=True)
        found += [Micro(build, program.name, line) for line in listed.stdout.split()]
    return found
