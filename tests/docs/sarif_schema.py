#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds SARIF files against the official schema, and against what the schema cannot say."""
import json
import sys
from pathlib import Path

SCHEMA = Path(__file__).with_name("sarif-schema-2.1.0.json")


def complaints(path):
    try:
        import jsonschema
    except ImportError:
        return ["the Python module jsonschema is missing (Debian: python3-jsonschema)"]
    log = json.loads(Path(path).read_text())
    validator = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))
    found = [f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(log)]
    return found or [f"{path}: {complaint}" for run in log["runs"] for complaint in run_complaints(run)]


def run_complaints(run):
    rules = run["tool"]["driver"]["rules"]
    roots = run["originalUriBaseIds"]
    for base in roots.values():
        if not base["uri"].endswith("/"):
            yield f"the root {base['uri']} does not end with a slash (3.14.14)"
    states = {"baselineState" in result for result in run["results"]}
    if len(states) > 1:
        yield "some results have a baselineState, and some have none (3.27.24)"
    for result in run["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            yield f"rule {result['ruleIndex']} is not {result['ruleId']}"
        if not result["locations"]:
            yield f"{result['ruleId']} has no place: code hosts refuse it"
        for base in bases(result):
            if base not in roots:
                yield f"the root {base} is not told"


def bases(value):
    """Every uriBaseId in a value."""
    if isinstance(value, dict):
        if "uriBaseId" in value:
            yield value["uriBaseId"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from bases(item)


def main():
    found = [complaint for path in sys.argv[1:] for complaint in complaints(path)]
    print("\n".join(found))
    return 1 if found or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
