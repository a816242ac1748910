#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one watched program and compares what Gordian says with what the program's author expects.

The expectation stands in the case: comment lines at the top of a program in tests/e2e, or a YAML file in corpus/.
Both use the same keys; a program may give `expect` several times, once a finding.

    expect: RULE key=value ...  | silent
            tier=T              the finding's tier; guarded, ordered and single-thread are notes, hidden by default
            locks=N             how many locks it names
            names=A,B           parts of lock names, each found in some lock's name
            functions=F,G       each found as a function in some stack of the finding
            threads=A,B         each found in the thread of some edge
            modes=M,N           each is the mode of some edge
    exit: N                     the program's own exit status (default 0)
    signal: NAME                the signal that ends it instead (KILL, ABRT ...)
    kill_after: WORD            the harness sends that signal once the program has printed "WORD PID"
    stderr: TEXT                what the report at exit, on stderr, says under a plain preload
    run_options: OPTIONS        more options for `gordian run`
    flags, args, library        read by CMakeLists.txt: a build each, a test each, a library of the same file each

YAML: `verdict` (report, note, silent), `rule`, `tier`, `length` (number of locks), `locks` and `functions` (lists).

Lines marked `// held: TAG` and `// wanted: TAG` say where the two locks of an edge are taken. When a program has
such marks, the lines reported for its edges must be exactly the marked pairs. Lines and names are not compared for
a program built without debug info; everything else is.

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
from dataclasses import dataclass, field
from pathlib import Path

NOTE_TIERS = {"guarded", "ordered", "single-thread"}
PATIENCE_SECONDS = 50
KEYS = "expect|exit|signal|kill_after|stderr|run_options|flags|args|library"


class Mismatch(Exception):
    """What was seen differs from what was expected."""


@dataclass
class ExpectedFinding:
    rule: str
    tier: str | None = None
    locks: int | None = None
    names: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)

    @property
    def hidden(self):
        return self.tier in NOTE_TIERS


@dataclass
class Case:
    sources: list[Path]
    findings: list[ExpectedFinding] = field(default_factory=list)
    exit: int = 0
    signal: str | None = None
    kill_after: str | None = None
    stderr: str | None = None
    run_options: list[str] = field(default_factory=list)

    @property
    def status(self):
        """The program's end as subprocess gives it: negative for a signal."""
        return -getattr(signal, "SIG" + self.signal) if self.signal else self.exit


# ---- reading expectations ----


def split_list(text):
    return [item for item in text.split(",") if item]


def parse_expectation(text):
    rule, *options = text.split()
    finding = ExpectedFinding(rule)
    for option in options:
        key, _, value = option.partition("=")
        if key == "tier":
            finding.tier = value
        elif key == "locks":
            finding.locks = int(value)
        elif key in ("names", "functions", "threads", "modes"):
            setattr(finding, key, split_list(value))
        else:
            raise ValueError(f"unknown key in expectation: {option}")
    return finding


def apply_common_key(case, key, value):
    if key == "exit":
        case.exit = int(value)
    elif key in ("signal", "kill_after", "stderr"):
        setattr(case, key, value)
    elif key == "run_options":
        case.run_options = shlex.split(value)


def read_source_header(path):
    case = Case([path])
    expectations = []
    for line in path.read_text().splitlines():
        if not line.startswith("//"):
            break
        if match := re.match(rf"// ({KEYS}): *(.*)", line):
            key, value = match.groups()
            if key == "expect":
                expectations.append(value)
            else:
                apply_common_key(case, key, value)
        elif re.search(rf"\b({KEYS}): ", line):
            raise ValueError(f"{path}: a key in the middle of a comment line: {line}")
    if not expectations:
        raise ValueError(f"{path}: no `// expect:` line")
    case.findings = [parse_expectation(text) for text in expectations if text != "silent"]
    return case


def read_yaml(path):
    """Flat keys and lists of plain strings: all that a case needs, so no YAML library."""
    values = {}
    key = None
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if match := re.match(r"(\w+): *(.*)", line):
            key, value = match.groups()
            values[key] = value or []
        elif match := re.match(r"  - (.*)", line):
            values[key].append(match.group(1))
        else:
            raise ValueError(f"{path}: cannot read line: {line}")
    return values


def read_corpus_case(path):
    values = read_yaml(path)
    case = Case([path.parent / values["program"]])
    for key, value in values.items():
        apply_common_key(case, key, value)
    verdict = values["verdict"]
    if verdict in ("report", "note"):
        finding = ExpectedFinding(values["rule"], values["tier"], names=values.get("locks", []),
                                  functions=values.get("functions", []))
        if "length" in values:
            finding.locks = int(values["length"])
        if finding.hidden != (verdict == "note"):
            raise ValueError(f"{path}: verdict {verdict} does not go with tier {finding.tier}")
        case.findings = [finding]
    elif verdict != "silent":
        raise ValueError(f"{path}: unknown verdict {verdict}")
    return case


def marked_line_pairs(sources):
    """{((file, line of `held`), (file, line of `wanted`))}, one pair a tag."""
    marks = {"held": {}, "wanted": {}}
    for source in sources:
        for number, line in enumerate(source.read_text().splitlines(), 1):
            code, _, comment = line.partition("  // ")
            for kind, tag in re.findall(r"\b(held|wanted): (\w+)", comment if code else ""):
                marks[kind].setdefault(tag, []).append((source.name, number))
    if marks["held"].keys() != marks["wanted"].keys():
        raise ValueError(f"marks without a partner: {marks}")
    return {(held, wanted) for tag in marks["held"] for held in marks["held"][tag] for wanted in marks["wanted"][tag]}


# ---- running ----


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
        if self.case.kill_after:
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
        command = [self.options.gordian, "report", "--format=json", f"--output={output}", *extra, str(trace_dir)]
        outcome = execute(command)
        self.log.append((shlex.join(command), outcome))
        return self.load(output), outcome.status

    def load(self, path):
        self.expect(path.exists(), f"no report was written to {path.name}")
        text = path.read_text()
        self.log.append((path.name, text))
        return json.loads(text)["findings"]

    def run_mode(self):
        trace_dir = self.directory / "run"
        output = self.directory / "run.json"
        watched = self.execute_program([self.options.gordian, "run", "--format=json", f"--output={output}",
                                        f"--trace-dir={trace_dir}", *self.case.run_options, "--"])
        findings = self.load(output)
        status = self.findings_status()
        if "--keep-exit-status" in self.case.run_options:
            status = self.case.exit if self.case.signal is None else 128 - self.case.status
        self.expect(watched.status == status, f"gordian run exited with {watched.status} instead of {status}")
        self.check_visible(findings)
        self.check_all_tiers(trace_dir)
        self.expect_unchanged(watched, compare_errors=False)

    def preload_mode(self):
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
        if self.case.stderr:
            reporting_dir = self.directory / "reporting"
            reporting_dir.mkdir(mode=0o700)
            reporting = self.execute_program(environment=self.preload(f"trace-dir={reporting_dir}"))
            self.expect(self.case.stderr in reporting.stderr, f"the report at exit does not say {self.case.stderr!r}")
            self.expect(reporting.status == self.case.status, "the report at exit changed the exit status")

    def preload(self, options):
        return {"LD_PRELOAD": self.options.hook, "GORDIAN_OPTIONS": options}

    def findings_status(self):
        return 2 if any(not finding.hidden for finding in self.case.findings) else 0

    # ---- comparing ----

    def check_visible(self, findings):
        self.check_findings(findings, [finding for finding in self.case.findings if not finding.hidden])

    def check_all_tiers(self, trace_dir):
        findings, _ = self.report(trace_dir, "--all-tiers")
        visible = [finding for finding in findings if finding["tier"] not in NOTE_TIERS]
        notes = [finding for finding in findings if finding["tier"] in NOTE_TIERS]
        expected_notes = [finding for finding in self.case.findings if finding.hidden]
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
        if finding["rule"] != wanted.rule:
            return f"its rule is {finding['rule']}"
        if wanted.tier and finding["tier"] != wanted.tier:
            return f"its tier is {finding['tier']}"
        if wanted.locks is not None and len(finding["locks"]) != wanted.locks:
            return f"it has {len(finding['locks'])} locks"
        if finding["rule"] == "lock-order-cycle" and len(finding["edges"]) != len(finding["locks"]):
            return f"a cycle of {len(finding['locks'])} locks with {len(finding['edges'])} edges"
        for edge in finding["edges"]:
            if not edge["held_stack"] or not edge["wanted_stack"]:
                return "an edge lacks a stack"
        for thread in wanted.threads:
            if not any(thread in edge["thread"] for edge in finding["edges"]):
                return f"no edge is by thread {thread}"
        for mode in wanted.modes:
            if not any(mode == edge["mode"] for edge in finding["edges"]):
                return f"no edge has mode {mode}"
        if self.options.no_debug_info:
            return None
        for name in wanted.names:
            if not any(name in lock["name"] for lock in finding["locks"]):
                return f"no lock is named {name}"
        frames = [frame for edge in finding["edges"] for frame in edge["held_stack"] + edge["wanted_stack"]]
        for function in wanted.functions:
            if not any(re.search(rf"(?<!\w){re.escape(function)}(?!\w)", frame["function"]) for frame in frames):
                return f"no stack goes through {function}"
        return None

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

    case = read_corpus_case(options.case) if options.case.suffix == ".yaml" else read_source_header(options.case)
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
