# SPDX-License-Identifier: Apache-2.0
"""What the author of a watched program expects of Gordian, as written next to the program.

The expectation stands in the case: comment lines at the top of a program in tests/e2e (`#` instead of `//` in a
script), or a YAML file in corpus/.
Both use the same keys; a program may give `expect` several times, once a finding.

    expect: RULE key=value ...  | silent
            tier=T              the finding's tier; guarded, ordered and single-thread are notes, hidden by default
            severity=note       hidden by default, whatever its tier
            locks=N             how many locks it names
            names=A,B           parts of lock names, each found in some lock's name
            functions=F,G       each found as a function in some stack of the finding
            holders=F,G         each found as a function in some stack of a lock held
            threads=A,B         each found in the thread of some edge
            modes=M,N           each is the mode of some edge
            kinds=K,L           each is the kind of some lock, `-` for a blank
            reason=WORD         a word of the reason for the tier
            severity=S          warning: does not fail the run; note: hidden by default
            message=WORD        a word of the message
            at=F                the function of the place to show first
    contention: NAME key=value  what is told of a class of locks that has NAME in its name; none if it says `waits=0`
            waits=N             times it was waited for
            wait_ms=N           the longest wait is at least so long
            at=F                that was in this function
            holds=A..B          sampled holds, their least and greatest number
            held_us=N           half of them are at least so long
    ignore: RULE                the case does not care what that rule says, as where it depends on time
    exit: N                     the program's own exit status (default 0)
    signal: NAME                the signal that ends it instead (KILL, ABRT ...)
    kill_after: WORD            the harness sends that signal once the program has printed "WORD PID"
    stderr: TEXT                what the report at exit, on stderr, says under a plain preload
    says: TEXT                  what `gordian run` says on stderr; may be given several times
    live: TEXT                  what is said while the program runs, in both modes; may be given several times
    ended: deadlock             the program hangs, and is killed once that has been found; an `exit` behind it is that of
                                a parent which goes on
    only: run                   not under a plain preload, where each process is watched for itself
    stuck: SECONDS              after so long a wait, the holder is reported
    order: A < B                a line of the order in which locks are to be taken; may be given several times
    suppress: CONDITION         of a suppression, which must fit something; several times: all must hold
    run_options: OPTIONS        more options for `gordian run`
    flags, args, library        read by CMakeLists.txt: a build each, a test each, a library of the same file each

YAML: `verdict` (report, note, silent), `rule`, `tier`, `length` (number of locks), `locks` and `functions` (lists), `also`
(rules that report something besides, a list).

Lines marked `// held: TAG` and `// wanted: TAG` say where the two locks of an edge are taken. When a program has
such marks, the lines reported for its edges must be exactly the marked pairs. Lines and names are not compared for
a program built without debug info; everything else is.
"""
import re
import shlex
import signal
from dataclasses import dataclass, field
from pathlib import Path

NOTE_TIERS = {"guarded", "ordered", "single-thread"}
KEYS = ("expect|contention|ignore|exit|signal|kill_after|stderr|says|live|ended|stuck|only|order|suppress|run_options|"
        "flags|args|library")
YAML_KEYS = {"modelled_on", "program", "language", "rule", "side", "verdict", "tier", "length", "locks", "functions",
             "also", "exit", "signal", "kill_after"}


@dataclass
class ExpectedFinding:
    rule: str
    tier: str | None = None
    severity: str | None = None
    locks: int | None = None
    names: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    reason: str = ""
    severity: str | None = None
    message: str = ""
    at: str = ""

    @property
    def hidden(self):
        return self.tier in NOTE_TIERS or self.severity == "note"

    @property
    def fails(self):
        return not self.hidden and self.severity != "warning"


@dataclass
class ExpectedContention:
    name: str
    waits: int | None = None
    wait_ms: int = 0
    at: str = ""
    holds: tuple[int, int] | None = None
    held_us: int = 0


@dataclass
class Case:
    sources: list[Path]
    findings: list[ExpectedFinding] = field(default_factory=list)
    contention: list[ExpectedContention] = field(default_factory=list)
    ignore: str | None = None
    exit: int = 0
    signal: str | None = None
    kill_after: str | None = None
    stderr: str | None = None
    says: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    ended: str | None = None
    stuck: str | None = None
    only: str | None = None
    order: list[str] = field(default_factory=list)
    suppress: list[str] = field(default_factory=list)
    run_options: list[str] = field(default_factory=list)

    @property
    def status(self):
        """The program's end as subprocess gives it: negative for a signal."""
        return -getattr(signal, "SIG" + self.signal) if self.signal else self.exit


def split_list(text):
    return [item for item in text.split(",") if item]


def parse_expectation(text):
    rule, *options = text.split()
    finding = ExpectedFinding(rule)
    for option in options:
        key, _, value = option.partition("=")
        if key in ("tier", "reason", "severity", "message", "at"):
            setattr(finding, key, value)
        elif key == "locks":
            finding.locks = int(value)
        elif key in ("names", "functions", "holders", "threads", "modes", "kinds"):
            setattr(finding, key, split_list(value))
        else:
            raise ValueError(f"unknown key in expectation: {option}")
    return finding


def parse_contention(text):
    name, *options = text.split()
    row = ExpectedContention(name)
    for option in options:
        key, _, value = option.partition("=")
        if key == "at":
            row.at = value
        elif key == "holds":
            row.holds = tuple(int(bound) for bound in value.split(".."))
        elif key in ("waits", "wait_ms", "held_us"):
            setattr(row, key, int(value))
        else:
            raise ValueError(f"unknown key in contention: {option}")
    return row


def apply_common_key(case, key, value):
    if key == "exit":
        case.exit, case.signal = int(value), None
    elif key in ("ignore", "signal", "kill_after", "stderr", "stuck", "only"):
        setattr(case, key, value)
    elif key == "ended":
        case.ended, case.signal = value, "KILL"
    elif key in ("says", "live", "order", "suppress"):
        getattr(case, key).append(value)
    elif key == "run_options":
        case.run_options = shlex.split(value)


def comment_sign(path):
    return "#" if path.suffix == ".py" else "//"


def read_source_header(path):
    case = Case([path])
    expectations = []
    sign = comment_sign(path)
    for line in path.read_text().splitlines():
        if not line.startswith(sign):
            break
        if match := re.match(rf"{sign} ({KEYS}): *(.*)", line):
            key, value = match.groups()
            if key == "expect":
                expectations.append(value)
            elif key == "contention":
                case.contention.append(parse_contention(value))
            else:
                apply_common_key(case, key, value)
        elif expectations and re.fullmatch(rf"{sign} \w+=\S+( \w+=\S+)*", line):
            expectations[-1] += line.removeprefix(sign)  # where the formatter has wrapped it
        elif re.search(rf"\b({KEYS}): ", line):
            raise ValueError(f"{path}: a key in the middle of a comment line: {line}")
    if not expectations:
        raise ValueError(f"{path}: no `{sign} expect:` line")
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


def read_case(path):
    """A case by its file: YAML of the corpus, or the source of an e2e program."""
    return read_corpus_case(path) if path.suffix == ".yaml" else read_source_header(path)


def read_corpus_case(path):
    values = read_yaml(path)
    if unknown := values.keys() - YAML_KEYS:
        raise ValueError(f"{path}: unknown keys: {unknown}")
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
    case.findings += [ExpectedFinding(rule) for rule in values.get("also", [])]
    return case


def marked_line_pairs(sources):
    """{((file, line of `held`), (file, line of `wanted`))}, one pair a tag."""
    marks = {"held": {}, "wanted": {}}
    for source in sources:
        for number, line in enumerate(source.read_text().splitlines(), 1):
            code, _, comment = line.partition(f"  {comment_sign(source)} ")
            for kind, tag in re.findall(r"\b(held|wanted): (\w+)", comment if code else ""):
                marks[kind].setdefault(tag, []).append((source.name, number))
    if marks["held"].keys() != marks["wanted"].keys():
        raise ValueError(f"marks without a partner: {marks}")
    return {(held, wanted) for tag in marks["held"] for held in marks["held"][tag] for wanted in marks["wanted"][tag]}
