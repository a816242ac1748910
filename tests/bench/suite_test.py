#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""bench/run's own tests, on made-up numbers and short processes."""
import contextlib
import importlib.util
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from suite import document, main, measure, plot, table  # noqa: E402
from suite.benchmark import Benchmark, Value, all_programs  # noqa: E402
from suite.detector import Detector, GivenPreload, all_detectors  # noqa: E402
from suite.detectors.native import Native  # noqa: E402
from suite.detectors.tsan import Tsan  # noqa: E402
from suite.failure import Failure  # noqa: E402
from suite.process import Process  # noqa: E402
from suite.results import Results  # noqa: E402


def some_results():
    results = Results("made up", 3, ["native", "no-op", "gordian", "TSan"], ["TSan"])
    for round_, native in enumerate((10.0, 20.0, 30.0)):
        for row, unit in (("flat, CPU", "ns"), ("depth-4, CPU", "ns"), ("flat-1k-locks, CPU", "ns"), ("flat-1M-locks, CPU", "ns"),
                          ("server, throughput", "kop/s")):
            benchmark = row.split(",")[0]
            results.add(round_, benchmark, "native", {row: Value(native, unit)})
            results.add(round_, benchmark, "no-op", {row: Value(native, unit)})
            results.add(round_, benchmark, "gordian", {row: Value(native * (1.1, 1.2, 1.5)[round_], unit)})
    results.add(2, "flat", "TSan", {"flat, CPU": Value(300.0, "ns")})
    results.fail(0, "depth-4", "TSan", Failure("dies: CHECK in some.h:67"))
    return results


class Numbers(unittest.TestCase):
    def test_ratios_are_taken_within_a_round(self):
        rows = some_results().rows
        self.assertAlmostEqual(rows["flat, CPU"].cost("gordian"), 1.2)
        self.assertEqual(rows["flat, CPU"].ratios("TSan", "native"), [10.0])  # of the only round that it took part in

    def test_a_throughput_costs_what_it_lacks(self):
        self.assertAlmostEqual(some_results().rows["server, throughput"].cost("gordian"), 1 / 1.2)

    def test_saved_results_come_back(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "results.json"
            results = some_results()
            results.save(file)
            self.assertEqual(main.load(file), results)
            file.write_text("{}")
            with self.assertRaisesRegex(Failure, "no file that --save has written"):
                main.load(file)


class Tables(unittest.TestCase):
    def test_median_and_middle_half(self):
        self.assertIn("1.20 [1.15–1.35]", table.own_table(some_results()))

    def test_a_dead_peer_is_told_in_its_cell(self):
        [line] = [line for line in table.peer_table(some_results()).splitlines() if line.startswith("| depth-4")]
        self.assertIn("dies: CHECK in some.h:67", line)

    def test_a_run_of_ours_that_failed_is_told_below(self):
        results = some_results()
        self.assertNotIn("failed", table.notes(results))
        results.fail(1, "flat", "gordian", Failure("left no trace"))
        self.assertIn("**flat under gordian failed** in 1 of 3 rounds: left no trace.", table.notes(results))

    def test_only_the_marked_place_changes(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "page.md"
            file.write_text(f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n")
            document.write(file, "new")
            self.assertEqual(file.read_text(), f"before\n{document.BEGIN}\nnew\n{document.END}\nafter\n")
            file.write_text("no place\n")
            with self.assertRaisesRegex(Failure, "no place for the results"):
                document.check_place(file)


@unittest.skipUnless(importlib.util.find_spec("matplotlib"), "matplotlib is not installed")
class Pictures(unittest.TestCase):
    def test_the_same_results_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as directory:
            one, other = Path(directory) / "one", Path(directory) / "other"
            drawn = [name for name, _ in plot.draw_all(some_results(), one)]
            plot.draw_all(some_results(), other)
            self.assertEqual(drawn, ["cost.svg", "peers.svg", "depth.svg", "locks.svg"])
            for name in drawn:
                self.assertEqual((one / name).read_bytes(), (other / name).read_bytes())

    def test_who_died_is_drawn(self):
        with tempfile.TemporaryDirectory() as directory:
            alive, dead = Path(directory) / "alive", Path(directory) / "dead"
            results = some_results()
            plot.draw_all(results, dead)
            results.failures.clear()
            plot.draw_all(results, alive)
            crosses = [(place / "peers.svg").read_text().count("<use ") for place in (dead, alive)]
            self.assertEqual(crosses[0], crosses[1] + 1)


class Series(unittest.TestCase):
    def test_sizes_are_read_from_names(self):
        self.assertEqual([depth for depth, _ in plot.depth_series(some_results())], [1, 4])
        self.assertEqual([size for size, _ in plot.lock_series(some_results())["flat"]], [1_000, 1_000_000])


class Named(Detector):
    def __init__(self, name, peer, rounds=None):
        super().__init__(Path())
        self.name, self.peer, self.rounds = name, peer, rounds


class Written(Benchmark):
    """Writes down who runs, and fails under those it is told of."""

    name = "written"

    def __init__(self, failing):
        super().__init__(Path())
        self.failing = failing
        self.runs = []

    def measure(self, detector, proofs, scratch):
        self.runs.append(detector.name)
        if detector.name in self.failing:
            raise ValueError("no number")
        return {"written": Value(1.0, "ns")}


class Rounds(unittest.TestCase):
    def run_rounds(self, failing=()):
        benchmark = Written(failing)
        detectors = [Named("native", False), Named("gordian", False), Named("slow", True, rounds=2)]
        results = Results("made up", 3, [item.name for item in detectors], ["slow"])
        with contextlib.redirect_stderr(io.StringIO()):
            measure.measure(results, [benchmark], detectors, lambda: None)
        return benchmark.runs, results

    def test_the_order_rotates_and_the_slow_take_part_in_few(self):
        runs, _ = self.run_rounds()
        self.assertEqual(runs, ["native", "gordian", "slow", "gordian", "slow", "native", "native", "gordian"])

    def test_a_peer_that_fails_is_given_up_and_costs_nobody_else(self):
        runs, results = self.run_rounds(["slow"])
        self.assertEqual(runs.count("slow"), 1)
        self.assertEqual(results.why_not("written", "slow"), "ValueError")
        self.assertEqual(results.rows["written"].numbers("gordian"), [1.0, 1.0, 1.0])
        self.assertEqual(results.own_failures(), [])

    def test_ours_is_tried_in_every_round(self):
        runs, results = self.run_rounds(["gordian"])
        self.assertEqual(runs.count("gordian"), 3)
        self.assertEqual(len(results.own_failures()), 3)


# A library that sleep does not need stands for a detector.
class Proof(unittest.TestCase):
    LIBRARY = "libm.so.6"

    def start(self, detector, proofs):
        with tempfile.TemporaryDirectory() as scratch:
            with Process(detector, proofs, ["/bin/sleep", "60"], Path(scratch)) as process:
                with self.assertRaisesRegex(Failure, "over 0.1 s"):
                    process.finish(0.1)

    def test_who_is_there_is_seen(self):
        self.start(self.preloaded(), [self.LIBRARY])

    def test_who_is_not_there_is_missed(self):
        self.start(Native(Path()), [self.LIBRARY])
        absent = Native(Path())
        absent.proof = self.LIBRARY
        absent.command = lambda command, scratch: ["/bin/sleep", "0.1"]
        with self.assertRaisesRegex(Failure, "was not what ran"):
            self.start(absent, [self.LIBRARY])

    def test_whoever_else_is_there_is_no_help(self):
        native = Native(Path())
        native.variables = self.preloaded().variables
        with self.assertRaisesRegex(Failure, "was not all that ran"):
            self.start(native, [self.LIBRARY])

    def preloaded(self):
        libc = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith("/libc.so.6"))
        return GivenPreload(Path(), f"stand-in={Path(libc).with_name(self.LIBRARY)}")


class Parts(unittest.TestCase):
    def test_all_files_are_found(self):
        for kind, found in (("detectors", all_detectors(Path())), ("programs", all_programs(Path()))):
            files = list((Path(main.__file__).parent / kind).glob("[!_]*.py"))
            self.assertGreaterEqual(len({type(item).__module__ for item in found}), len(files))
            self.assertEqual(len({item.name for item in found}), len(found))

    def test_the_end_of_tsan_is_told_in_its_words(self):
        errors = 'ThreadSanitizer: CHECK failed: some.h:67 "((a)) < ((b))" (0x40, 0x40) (tid=1)'
        self.assertEqual(Tsan(Path()).explain(-6, errors), "dies: CHECK in some.h:67")
        self.assertEqual(Tsan(Path()).explain(-11, ""), "killed by SIGSEGV")


if __name__ == "__main__":
    unittest.main()
