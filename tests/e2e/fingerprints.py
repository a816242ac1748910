# SPDX-License-Identifier: Apache-2.0
"""The fingerprints of a bug stay the same as long as the bug does: built otherwise, elsewhere, loaded elsewhere, in
a source that has changed around it.

Builds one source of tests/e2e/fingerprints in many ways, runs each under `gordian run`, and compares.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ANOTHER_LOCK = """
static pthread_mutex_t another = PTHREAD_MUTEX_INITIALIZER;
__attribute__((constructor)) static void use_another(void) {
  pthread_mutex_lock(&another);
  pthread_mutex_unlock(&another);
}
"""


def with_blank_line(text):
    lines = text.split("\n")
    return "\n".join([*lines[:2], "", *lines[2:]])


def with_another_lock(text):
    includes = text.rindex("#include")
    end = text.index("\n", includes) + 1
    return text[:end] + "#include <pthread.h>\n" + ANOTHER_LOCK + text[end:]


@dataclass
class Variant:
    name: str
    flags: list = field(default_factory=lambda: ["-O1"])
    directory: str = "here"
    launcher: list = field(default_factory=list)
    edit: object = staticmethod(lambda text: text)


VARIANTS = [
    Variant("as it is"),
    Variant("loaded elsewhere"),
    Variant("loaded at fixed addresses", launcher=["setarch", "-R"]),
    Variant("-O0", ["-O0"]),
    Variant("-O2", ["-O2"]),
    Variant("-O3", ["-O3"]),
    Variant("-Os", ["-Os"]),
    Variant("a blank line above", edit=with_blank_line),
    Variant("in another directory", directory="elsewhere/in another place"),
    Variant("a function renamed", edit=lambda text: text.replace("unrelated", "renamed")),
    Variant("another lock", edit=with_another_lock),
]


def fingerprints(variant, options, room):
    directory = room / variant.directory
    directory.mkdir(parents=True, exist_ok=True)
    text = options.source.read_text(encoding="utf-8")
    edited = variant.edit(text)
    source = directory / options.source.name
    source.write_text(edited, encoding="utf-8")
    program = directory / "program"
    subprocess.run([options.compiler, "-g", *variant.flags, str(source), "-o", str(program), "-pthread"], check=True)
    report = room / "report.json"
    command = [options.gordian, "run", "--format=json", f"--output={report}", f"--trace-dir={room / 'traces'}", "--",
               *variant.launcher, str(program)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    shutil.rmtree(room / "traces")
    if outcome.returncode != 2:
        sys.exit(f"FAILED: {variant.name}: gordian run exited with {outcome.returncode}\n{outcome.stderr}")
    findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
    return sorted((finding["fingerprint"], finding["rule"]) for finding in findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gordian", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--findings", type=int, required=True, help="how many bugs the source has")
    parser.add_argument("source", type=Path)
    options = parser.parse_args()
    os.environ.pop("GORDIAN_OPTIONS", None)
    failed = False
    with tempfile.TemporaryDirectory(prefix="gordian-fingerprints-") as room:
        original = None
        for variant in VARIANTS:
            found = fingerprints(variant, options, Path(room))
            original = original or found
            same = found == original and len(found) == options.findings
            print(f"{'same' if same else 'DIFFERENT'}: {variant.name}: {found}")
            failed |= not same
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
