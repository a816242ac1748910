# SPDX-License-Identifier: Apache-2.0
"""Results as pictures. The same results give the same bytes."""
import re

HEADINGS = {
    "cost.svg": "What Gordian costs, as a multiple of native",
    "peers.svg": "What Gordian and others cost, as a multiple of native; a cross: it died, or took too long",
    "depth.svg": "What one more lock costs inside others, by depth",
    "locks.svg": "What a pair costs, by the number of locks",
}
# Okabe and Ito's colours, which people who see fewer tell apart too.
COLOURS = {"native": "#555555", "no-op": "#56b4e9", "gordian": "#d55e00", "TSan": "#0072b2", "Helgrind": "#009e73",
           "DRD": "#cc79a7", "mutrace": "#e69f00"}
OTHER_COLOUR = "#000000"
MANY = re.compile(r"(.+?)-(?:to-)?(\d+)([kM]?)-(?:locks?|leaves), CPU")


def depth_series(results):
    """[(depth, row)]"""
    series = []
    for name, row in results.rows.items():
        if match := re.fullmatch(r"flat, CPU|depth-(\d+), CPU", name):
            series.append((int(match.group(1) or 1), row))
    return sorted(series, key=lambda point: point[0])


def lock_series(results):
    """family -> [(number of locks, row)], of families with two sizes or more"""
    families = {}
    for name, row in results.rows.items():
        if match := MANY.fullmatch(name):
            number = int(match.group(2)) * {"": 1, "k": 1000, "M": 1000_000}[match.group(3)]
            families.setdefault(match.group(1), []).append((number, row))
    return {family: sorted(points, key=lambda point: point[0]) for family, points in families.items() if len(points) > 1}


def draw_all(results, directory):
    """Returns [(file name, heading)] of what was drawn, in `directory`."""
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "gordian", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9,
                                "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
                                "grid.color": "#dddddd"})
    figures = {"cost.svg": draw_bars(results, ["no-op", "gordian"])}
    if results.peers:
        measured = [name for name in results.detectors if any(row.cost(name) is not None for row in results.rows.values())]
        figures["peers.svg"] = draw_dots(results, [name for name in measured if name not in ("native", "no-op")])
    if len(depths := depth_series(results)) > 1:
        figures["depth.svg"] = draw_lines(results, {"": depths}, "locks held inside one another")
    if locks := lock_series(results):
        figures["locks.svg"] = draw_lines(results, locks, "locks")
    directory.mkdir(parents=True, exist_ok=True)
    drawn = [name for name, figure in figures.items() if figure is not None]
    for name in drawn:
        # White behind it: it is also looked at on a dark page.
        figures[name].savefig(directory / name, metadata={"Date": None}, facecolor="white", bbox_inches="tight")
    return [(name, HEADINGS[name]) for name in drawn]


def colour(detector):
    return COLOURS.get(detector, OTHER_COLOUR)


def main_rows(results, detectors):
    """One for each benchmark, the first that it gives, if there is something to show of it: [(name, row)]."""
    rows = {}
    for name, row in results.rows.items():
        if any(row.cost(detector) is not None for detector in detectors):
            rows.setdefault(row.benchmark, (name, row))
    return list(rows.values())


def axes_for(rows, height):
    from matplotlib.figure import Figure
    figure = Figure(figsize=(8, 1 + len(rows) * height))
    axes = figure.subplots()
    axes.axvline(1, color=colour("native"), linewidth=1)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("times native")
    return figure, axes


def legend(axes):
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(names), frameon=False)


def draw_bars(results, detectors):
    """What is near native. None if there is nothing to draw."""
    rows = main_rows(results, detectors)
    if not rows:
        return None
    figure, axes = axes_for(rows, 0.3)
    thickness = 0.8 / len(detectors)
    for index, detector in enumerate(detectors):
        costs = [(place, cost) for place, (_, row) in enumerate(rows) if (cost := row.cost(detector)) is not None]
        axes.barh([place + (index - (len(detectors) - 1) / 2) * thickness for place, _ in costs], [cost - 1 for _, cost in costs],
                  thickness, left=1, color=colour(detector), label=detector)
    axes.grid(axis="y", visible=False)
    plain_numbers(axes.xaxis, False)
    legend(axes)
    return figure


def draw_dots(results, detectors):
    """What lies orders of magnitude apart: a bar would have no beginning. Who died of a benchmark has a cross, at the edge."""
    rows = main_rows(results, detectors)
    if not rows:
        return None
    figure, axes = axes_for(rows, 0.22)
    axes.set_xscale("log")
    for index, detector in enumerate(detectors):
        costs = [(cost, place) for place, (_, row) in enumerate(rows) if (cost := row.cost(detector)) is not None]
        dead = [place for place, (_, row) in enumerate(rows)
                if row.cost(detector) is None and results.why_not(row.benchmark, detector)]
        axes.scatter(*zip(*costs), s=22, color=colour(detector), label=detector)
        axes.plot([1.01 + 0.025 * index] * len(dead), dead, "x", markersize=5, color=colour(detector), clip_on=False,
                  transform=axes.get_yaxis_transform())
    plain_numbers(axes.xaxis, True)
    legend(axes)
    return figure


def draw_lines(results, families, label):
    """One panel for each family, one line for each detector: nanoseconds for each pair."""
    from statistics import median

    from matplotlib.figure import Figure
    columns = min(3, len(families))
    lines = -(-len(families) // columns)
    figure = Figure(figsize=(max(6, 3.4 * columns), 0.6 + 2.8 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).flatten()
    shown = {}
    for panel, (family, points) in zip(panels, families.items()):
        for detector in results.detectors:
            line = [(size, median(numbers)) for size, row in points if (numbers := row.numbers(detector))]
            if line:
                [shown[detector]] = panel.plot(*zip(*line), marker="o", markersize=3, color=colour(detector), label=detector,
                                               linestyle="--" if detector == "native" else "-")
        panel.set_title(family, fontsize=9)
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xticks([size for size, _ in points], [shortly(size) for size, _ in points])
        panel.minorticks_off()
        plain_numbers(panel.yaxis, True)
        panel.set_xlabel(label)
    for panel in panels[len(families):]:
        panel.remove()
    for panel in panels[::columns]:
        panel.set_ylabel("ns for each pair")
    figure.legend(shown.values(), shown.keys(), loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(shown), frameon=False)
    return figure


def shortly(size):
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k" if size >= 1000 else str(size)


def plain_numbers(axis, log):
    from matplotlib.ticker import FuncFormatter, LogLocator
    axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,g}"))
    if log:  # what is drawn may lie between two powers of ten
        axis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
        axis.set_minor_formatter(FuncFormatter(lambda number, _: f"{number:,g}"))
