# SPDX-License-Identifier: Apache-2.0
import random

from suite.benchmark import Benchmark, Value
from suite.process import Process


class Compressor(Benchmark):
    """A program that compresses a file of random words with two threads."""

    command = ()  # without the file
    megabytes = 0
    least = 0.1  # with less of them, its start is most of what is seen

    def prepare(self, directory):
        source = random.Random(1)
        words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 9))) for _ in range(5000)]
        self.text = directory / "text"
        with self.text.open("w") as text:
            while text.tell() < self.megabytes * 1_000_000:
                text.write(" ".join(source.choices(words, k=100_000)) + "\n")

    def measure(self, detector, proofs, scratch):
        part = scratch / "text"
        size = round(self.megabytes * 1_000_000 * max(detector.work, self.least))
        with self.text.open("rb") as text:
            part.write_bytes(text.read(size))
        with Process(detector, proofs, [*self.command, part], scratch) as process:
            cpu = process.finish(120)
        detector.check(scratch, 1)
        return {f"{self.name}, CPU": Value(cpu / size * 1e9, "ms/MB")}
