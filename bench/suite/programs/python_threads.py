# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from suite.benchmark import Benchmark, Value
from suite.process import Process

OPERATIONS = 1_000_000
SCRIPT = Path(__file__).resolve().parents[2] / "python_threads.py"


class PythonThreads(Benchmark):
    """Threads of a script with locks and a queue between them: bench/python_threads.py."""

    name = "python-threads"
    needs = ("/usr/bin/python3",)
    packages = "python3"

    def measure(self, detector, proofs, scratch):
        command = ["/usr/bin/python3", "-B", SCRIPT, round(OPERATIONS * detector.work)]
        with Process(detector, proofs, command, scratch) as process:
            process.finish(120)
        operations, cpu = map(float, process.out.read_text().split())
        detector.check(scratch, operations)
        return {"python-threads, CPU": Value(cpu / operations * 1e6, "us/op")}
