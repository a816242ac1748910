# SPDX-License-Identifier: Apache-2.0
"""What was measured, and as JSON on disk."""
import json
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Row:
    unit: str
    benchmark: str
    values: dict = field(default_factory=dict)  # detector -> a number for each round, None where there is none

    def ratios(self, detector, against):
        """One for each round that has both."""
        pairs = zip(self.values.get(detector, []), self.values.get(against, []))
        return [number / base for number, base in pairs if number is not None and base]

    def costs(self, detector, against="native"):
        """How many times as dear: ratios, the other way round where more is better."""
        return [1 / ratio if self.unit.endswith("/s") else ratio for ratio in self.ratios(detector, against) if ratio > 0]

    def numbers(self, detector):
        return [number for number in self.values.get(detector, []) if number is not None]

    def cost(self, detector):
        costs = self.costs(detector)
        return statistics.median(costs) if costs else None


@dataclass
class Results:
    about: str  # where and when
    rounds: int
    detectors: list  # names, in the order of tables
    peers: list  # those of them that are not ours
    rows: dict = field(default_factory=dict)
    failures: list = field(default_factory=list)  # {benchmark, detector, round, text, detail}
    left_out: list = field(default_factory=list)  # sentences

    def add(self, round_, benchmark, detector, values):
        for name, value in values.items():
            row = self.rows.setdefault(name, Row(value.unit, benchmark))
            row.values.setdefault(detector, [None] * self.rounds)[round_] = value.number

    def fail(self, round_, benchmark, detector, failure):
        self.failures.append({"benchmark": benchmark, "detector": detector, "round": round_, "text": str(failure),
                              "detail": failure.detail})

    def why_not(self, benchmark, detector):
        """What became of the last run that failed; None if none did."""
        texts = [failure["text"] for failure in self.failures
                 if (failure["benchmark"], failure["detector"]) == (benchmark, detector)]
        return texts[-1] if texts else None

    def own_failures(self):
        return [failure for failure in self.failures if failure["detector"] not in self.peers]

    def save(self, file):
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def load(file):
        read = json.loads(file.read_text())
        rows = {name: Row(**row) for name, row in read.pop("rows").items()}
        return Results(**read, rows=rows)
