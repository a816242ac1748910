# SPDX-License-Identifier: Apache-2.0
import sys
import tempfile
import traceback
from pathlib import Path

from suite.failure import Failure


def progress(line):
    print(line, file=sys.stderr, flush=True)


def attempt(action):
    """What it returns; whatever goes wrong in it is a Failure, so that one run costs nobody the others."""
    try:
        return action()
    except Failure:
        raise
    except Exception as error:  # a client's output that is no number, a full disk, a port in use
        raise Failure(type(error).__name__, traceback.format_exc()) from error


def measure(results, benchmarks, detectors, each_time):
    """Fills `results`, and calls `each_time` after every benchmark."""
    proofs = [detector.proof for detector in detectors if detector.proof]
    with tempfile.TemporaryDirectory(prefix="gordian-bench-") as shared:
        benchmarks = [benchmark for benchmark in benchmarks if prepare(results, benchmark, Path(shared))]
        given_up = set()
        for round_ in range(results.rounds):
            for benchmark in benchmarks:
                progress(f"round {round_ + 1} of {results.rounds}: {benchmark.name}")
                taking_part = [detector for detector in detectors
                               if benchmark.runs_under(detector) and (detector.rounds is None or round_ < detector.rounds)
                               and (benchmark, detector) not in given_up]
                shift = round_ % max(1, len(taking_part))
                for detector in taking_part[shift:] + taking_part[:shift]:
                    if not measure_once(results, round_, benchmark, detector, proofs) and detector.peer:
                        given_up.add((benchmark, detector))  # it would die again, or hold up the others again
                each_time()


def prepare(results, benchmark, shared):
    directory = shared / benchmark.name.replace("/", "-")
    directory.mkdir()
    try:
        attempt(lambda: benchmark.prepare(directory))
        return True
    except Failure as failure:
        progress(f"{benchmark.name} cannot be prepared: {failure}\n{failure.detail}")
        results.fail(0, benchmark.name, "native", failure)
        return False


def measure_once(results, round_, benchmark, detector, proofs):
    with tempfile.TemporaryDirectory(prefix="gordian-bench-", ignore_cleanup_errors=True) as scratch:
        try:
            values = attempt(lambda: benchmark.measure(detector, proofs, Path(scratch)))
        except Failure as failure:
            progress(f"  {benchmark.name} under {detector.name}: {failure}\n{failure.detail}".rstrip())
            results.fail(round_, benchmark.name, detector.name, failure)
            return False
    results.add(round_, benchmark.name, detector.name, values)
    return True
