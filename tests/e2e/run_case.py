#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one watched program and compares what Gordian says with what the program's author expects: see expectation.py.

Mode `run` uses `gordian run`, mode `preload` uses LD_PRELOAD and `gordian report`; both expect the same findings.
"""
import argparse
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from expectation import marked_line_pairs, read_case

PATIENCE_SECONDS = 50


class Mismatch(Exception):
    """What was seen differs from what was expected."""


@dataclass
class Outcome:
    status: int
    stdout: str
    stderr: str


def execute(command, environment=None, kill_after=None, kill_signal=None):
    """Runs a command to its end. A program that hangs on purpose is killed when it says so."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True,
                                   errors="replace", start_new_session=True, env={**os.environ, **(environment or {})})
        timed_out = threading.Event()

        def give_up():
            timed_out.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(PATIENCE_SECONDS, give_up)
        timer.start()
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                words = line.split()
                if kill_after and words[:1] == [kill_after]:
                    os.kill(int(words[1]), kill_signal)
            status = process.wait()
        finally:
            timer.cancel()
            process.stdout.close()
        errors.seek(0)
        outcome = Outcome(status, "".join(lines), errors.read())
    if timed_out.is_set():
        raise Mismatch(f"no end after {PATIENCE_SECONDS} s: {shlex.join(command)}\n{outcome}")
    return outcome


class Runner:
    def __init__(self, case, options, directory):
        self.case = case
        self.options = options
        self.directory = directory
        self.command = [str(options.program), *options.arguments]
        self.log = []
        # Of whatever reports; of a plain preload.
        self.decisions = []
        self.preload_decisions = []
        if case.order:
            order = directory / "order.txt"
            order.write_text("\n".join(case.order))
            self.decisions = [f"--order={order}"]
        if case.suppress:
            suppressions = directory / "test.supp"
            suppressions.write_text("\n".join(["# The test wants it so.", *case.suppress]))
            self.decisions += [f"--suppressions={suppressions}"]
            self.preload_decisions = [f"suppressions={os.path.relpath(suppressions)}"]

    def expect(self, condition, message):
        if not condition:
            raise Mismatch(message)

    def execute_program(self, prefix=(), environment=None):
        case = self.case
        command = [*prefix, *self.command]
        outcome = execute(command, environment, case.kill_after, -case.status)
        self.log.append((shlex.join(command), outcome))
        return outcome

    def expect_unchanged(self, watched, compare_errors):
        """The program must behave as it does unwatched; one that hangs has only its printed pid to compare."""
        if self.case.kill_after or self.case.ended:
            return
        native = self.execute_program()
        self.expect(native.status == self.case.status,
                    f"unwatched, the program ended with {native.status} instead of {self.case.status}")
        self.expect(watched.stdout == native.stdout, "the program's output differs from an unwatched run")
        if compare_errors:
            self.expect(watched.stderr == native.stderr, "the program's stderr differs from an unwatched run")

    def report(self, trace_dir, *extra):
        """What `gordian report` says about recorded traces."""
        output = self.directory / "report.json"
        output.unlink(missing_ok=True)
        command = [self.options.gordian, "report", "--format=json", f"--output={output}", *self.decisions, *extra,
                   str(trace_dir)]
        outcome = execute(command)
        self.log.append((shlex.join(command), outcome))
        return self.load(output), outcome.status

    def load(self, path):
        self.expect(path.exists(), f"no report was written to {path.name}")
        text = path.read_text()
        self.log.append((path.name, text))
        report = json.loads(text)
        self.check_contention(report["contention"])
        self.expect(report["unused_suppressions"] == [], "nothing is suppressed")
        return [finding for finding in report["findings"]
                if finding["rule"] != self.case.ignore and not finding["suppressed"]]

    def run_mode(self):
        trace_dir = self.directory / "run"
        output = self.directory / "run.json"
        watched = self.execute_program([self.options.gordian, "run", "--format=json", f"--output={output}",
                                        f"--trace-dir={trace_dir}", *self.live_options("--"), *self.decisions,
                                        *self.case.run_options, "--"])
        self.check_live(watched)
        findings = self.load(output)
        status = self.findings_status()
        if "--keep-exit-status" in self.case.run_options:
            status = self.case.exit if self.case.signal is None else 128 - self.case.status
        self.expect(watched.status == status, f"gordian run exited with {watched.status} instead of {status}")
        said = re.findall(r"^gordian: .* (was ended by SIG\w+|exited with status \d+)", watched.stderr, re.MULTILINE)
        end = f"was ended by SIG{self.case.signal}" if self.case.signal else f"exited with status {self.case.exit}"
        self.expect(said == ([end] if self.case.status != 0 else []), f"the program ended otherwise: {watched.stderr}")
        for text in self.case.says:
            self.expect(text in watched.stderr, f"gordian run does not say {text!r}")
        self.check_visible(findings)
        self.check_all_tiers(trace_dir)
        self.expect_unchanged(watched, compare_errors=False)

    def live_options(self, prefix):
        options = [f"{prefix}on-deadlock=abort"] if self.case.ended else []
        return options + ([f"{prefix}stuck={self.case.stuck}"] if self.case.stuck else [])

    def check_live(self, watched):
        for text in self.case.live:
            self.expect(text in watched.stderr, f"while the program runs, nobody says {text!r}: {watched.stderr}")
        self.expect(bool(self.case.live) == ("while the program runs" in watched.stderr),
                    f"something is said while the program runs: {watched.stderr}")

    def watched_preload(self):
        """Under a plain preload, the hook itself has the program watched. What it says is all there is."""
        trace_dir = self.directory / "live"
        trace_dir.mkdir(mode=0o700)
        watched = self.execute_program(environment=self.preload(":".join([f"trace-dir={trace_dir}", *self.live_options(""),
                                                                               *self.preload_decisions])))
        self.expect(watched.status == self.case.status,
                    f"the program ended with {watched.status} instead of {self.case.status}")
        self.check_live(watched)
        self.expect_unchanged(watched, compare_errors=False)

    def preload_mode(self):
        if self.case.only == "run":
            return
        if self.case.live or self.case.stuck:
            return self.watched_preload()
        trace_dir = self.directory / "preload"
        trace_dir.mkdir(mode=0o700)
        watched = self.execute_program(environment=self.preload(f"trace-dir={trace_dir}:report=0"))
        self.expect(watched.status == self.case.status,
                    f"the program ended with {watched.status} instead of {self.case.status}")
        self.expect_unchanged(watched, compare_errors=True)
        findings, status = self.report(trace_dir)
        self.expect(status == self.findings_status(), f"gordian report exited with {status}")
        self.check_visible(findings)
        self.check_all_tiers(trace_dir)
        if self.case.suppress:
            quiet_dir = self.directory / "quiet"
            quiet_dir.mkdir(mode=0o700)
            quiet = self.execute_program(environment=self.preload(":".join([f"trace-dir={quiet_dir}", *self.preload_decisions])))
            self.expect_unchanged(quiet, compare_errors=True)
        if self.case.stderr:
            reporting_dir = self.directory / "reporting"
            reporting_dir.mkdir(mode=0o700)
            reporting = self.execute_program(environment=self.preload(f"trace-dir={reporting_dir}"))
            self.expect(self.case.stderr in reporting.stderr, f"the report at exit does not say {self.case.stderr!r}")
            self.expect(reporting.status == self.case.status, "the report at exit changed the exit status")

    def preload(self, options):
        return {"LD_PRELOAD": self.options.hook, "GORDIAN_OPTIONS": options}

    def findings_status(self):
        return 2 if any(finding.fails for finding in self.case.findings) else 0

    # ---- comparing ----

    def check_contention(self, rows):
        for wanted in self.case.contention:
            found = [row for row in rows if wanted.name in row["lock"]["class"]]
            waits = sum(row["waits"]["count"] for row in found)
            self.expect(wanted.waits is None or waits == wanted.waits, f"{wanted.name} was waited for {waits} times")
            for row in found:
                self.expect(row["waits"]["max_ns"] >= wanted.wait_ms * 1e6, f"the longest wait is short: {row}")
                self.expect(not wanted.at or row["waits"]["longest_at"]["function"] == wanted.at,
                            f"the longest wait was elsewhere: {row}")
                self.expect(row["holds"]["p50_ns"] >= wanted.held_us * 1e3, f"the holds are short: {row}")
            holds = sum(row["holds"]["count"] for row in found)
            self.expect(wanted.holds is None or wanted.holds[0] <= holds <= wanted.holds[1],
                        f"{wanted.name} has {holds} sampled holds")

    def check_visible(self, findings):
        self.check_findings(findings, [finding for finding in self.case.findings if not finding.hidden])

    def check_all_tiers(self, trace_dir):
        findings, _ = self.report(trace_dir, "--all-tiers")
        visible = [finding for finding in findings if finding["severity"] != "note"]
        notes = [finding for finding in findings if finding["severity"] == "note"]
        expected_notes = [finding for finding in self.case.findings if finding.hidden]
        # Any call under a lock that may block is noted; most programs have some, to print what they did.
        if not any(finding.rule == "lock-held-across-io" for finding in expected_notes):
            notes = [finding for finding in notes if finding["rule"] != "lock-held-across-io"]
        self.check_visible(visible)
        # Beside a real finding, longer cycles through the same edges may be noted; otherwise nothing may be.
        if expected_notes or not self.case.findings:
            self.check_findings(notes, expected_notes)

    def check_findings(self, findings, expected):
        shown = "".join(f"\n  {finding['rule']} ({finding['tier']}): {finding['message']}" for finding in findings)
        self.expect(len(findings) == len(expected),
                    f"{len(findings)} findings instead of {len(expected)}:{shown or ' none'}")
        remaining = list(findings)
        for wanted in expected:
            complaints = []
            for finding in remaining:
                complaint = self.complaint(finding, wanted)
                if complaint is None:
                    remaining.remove(finding)
                    break
                complaints.append(complaint)
            else:
                raise Mismatch(f"no finding is {wanted}:\n  " + "\n  ".join(complaints))
        if not self.options.no_debug_info:
            self.check_lines(findings)

    def complaint(self, finding, wanted):
        """Why a finding is not the wanted one; None if it is."""
        # Without names, that locks are of one class may not be known.
        other = "lock-order-cycle" if self.options.no_debug_info and wanted.rule == "same-class-nesting" else wanted.rule
        if finding["rule"] not in (wanted.rule, other):
            return f"its rule is {finding['rule']}"
        if wanted.tier and finding["tier"] != wanted.tier:
            return f"its tier is {finding['tier']}"
        if wanted.severity and finding["severity"] != wanted.severity:
            return f"its severity is {finding['severity']}"
        if wanted.reason not in finding["reason"]:
            return f"its reason is {finding['reason']}"
        if wanted.message not in finding["message"]:
            return f"its message is {finding['message']}"
        if wanted.locks is not None and len(finding["locks"]) != wanted.locks:
            return f"it has {len(finding['locks'])} locks"
        if finding["rule"] == "lock-order-cycle" and len(finding["edges"]) != len(finding["locks"]):
            return f"a cycle of {len(finding['locks'])} locks with {len(finding['edges'])} edges"
        for edge in finding["edges"]:
            if not edge["held_stack"] or not edge["wanted_stack"]:
                return "an edge lacks a stack"
        for thread in wanted.threads:
            if not any(thread in part["thread"] for part in [*finding["edges"], *finding["moments"]]):
                return f"no edge or moment is by thread {thread}"
        for mode in wanted.modes:
            if not any(mode == edge["mode"] for edge in finding["edges"]):
                return f"no edge has mode {mode}"
        for kind in wanted.kinds:
            if not any(kind.replace("-", " ") == lock["kind"] for lock in finding["locks"]):
                return f"no lock is a {kind}"
        if self.options.no_debug_info:
            return None
        if wanted.at and finding["locations"][0]["function"] != wanted.at:
            return f"its first place is {finding['locations'][0]}"
        for name in wanted.names:
            if not any(name in lock["name"] for lock in finding["locks"]):
                return f"no lock is named {name}"
        held = [frame for edge in finding["edges"] for frame in edge["held_stack"]]
        frames = [*held, *(frame for edge in finding["edges"] for frame in edge["wanted_stack"]),
                  *(frame for moment in finding["moments"] for frame in moment["stack"])]
        for function in wanted.functions:
            if not self.goes_through(frames, function):
                return f"no stack goes through {function}"
        for function in wanted.holders:
            if not self.goes_through(held, function):
                return f"no stack of a lock held goes through {function}"
        return None

    @staticmethod
    def goes_through(frames, function):
        return any(re.search(rf"(?<!\w){re.escape(function)}(?!\w)", frame["function"]) for frame in frames)

    def check_lines(self, findings):
        expected = marked_line_pairs(self.case.sources)
        if not expected:
            return
        seen = {(self.user_line(edge["held_stack"]), self.user_line(edge["wanted_stack"]))
                for finding in findings for edge in finding["edges"]}
        if findings:
            self.expect(seen == expected, "lines of (held, wanted) differ:\n"
                        f"  missing: {sorted(expected - seen, key=str)}\n  unexpected: {sorted(seen - expected, key=str)}")

    def user_line(self, stack):
        """Where in the program's own source a stack begins."""
        names = {source.name for source in self.case.sources}
        for frame in stack:
            name = os.path.basename(frame["file"])
            if name in names:
                return name, frame["line"]
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gordian", required=True)
    parser.add_argument("--hook", required=True)
    parser.add_argument("--mode", choices=["run", "preload"], required=True)
    parser.add_argument("--case", type=Path, required=True)
    parser.add_argument("--no-debug-info", action="store_true")
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    case = read_case(options.case)
    with tempfile.TemporaryDirectory(prefix="gordian-e2e-") as directory:
        runner = Runner(case, options, Path(directory))
        try:
            runner.run_mode() if options.mode == "run" else runner.preload_mode()
        except Mismatch as mismatch:
            print(f"FAILED: {mismatch}\n\nexpected: {case}")
            for what, outcome in runner.log:
                print(f"\n--- {what}")
                print(outcome if isinstance(outcome, str) else
                      f"status {outcome.status}\nstdout: {outcome.stdout}\nstderr: {outcome.stderr}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
