# SPDX-License-Identifier: Apache-2.0
"""Results as Markdown."""
import statistics

OWN = ["native", "no-op", "gordian"]


def significant(number):
    """Three digits or so: 0.123, 1.23, 12.3, 1,234."""
    digits = 3 if number < 0.995 else 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:,.{digits}f}"


def ratio(number):
    return f"{number:.2f}" if number < 9.995 else significant(number)


def median_and_spread(numbers, written):
    if len(numbers) < 2:
        return written(numbers[0]) if numbers else "–"
    low, middle, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return f"{written(middle)} [{written(low)}–{written(high)}]"


def markdown(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def own_table(results):
    """What Gordian costs: the numbers themselves and their ratios."""
    table = [["", "unit", *OWN, "gordian / native", "gordian / no-op"]]
    for name, row in results.rows.items():
        cells = [median_and_spread(row.numbers(detector), significant) if row.numbers(detector)
                 else results.why_not(row.benchmark, detector) or "–" for detector in OWN]
        cells += [median_and_spread(row.ratios("gordian", against), ratio) for against in ("native", "no-op")]
        table.append([name, row.unit, *cells])
    return markdown(table)


def peer_table(results):
    """All detectors side by side: how many times the native cost; for a throughput, how many times slower."""
    detectors = [name for name in results.detectors if name != "native"]
    table = [["times native", *detectors]]
    for name, row in results.rows.items():
        cells = [ratio(cost) if (cost := row.cost(detector)) is not None
                 else results.why_not(row.benchmark, detector) or "–" for detector in detectors]
        table.append([name, *cells])
    return markdown(table)


def notes(results):
    lines = [results.about, *results.left_out]
    runs = {}
    for failure in results.own_failures():
        runs.setdefault((failure["benchmark"], failure["detector"], failure["text"]), []).append(failure["round"])
    lines += [f"**{benchmark} under {detector} failed** in {len(rounds)} of {results.rounds} rounds: {text}."
              for (benchmark, detector, text), rounds in runs.items()]
    return "\n".join(f"- {line}" for line in lines)


def whole_text(results):
    parts = [own_table(results)]
    if results.peers:
        parts.append(peer_table(results))
    return "\n\n".join([*parts, notes(results)])
