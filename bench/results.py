"""Results of `python -m bench`: costs, the table, JSON, the plot and changes since the last run."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from bench.cases import Case

OURS, ONE_PORT, FLOOR = "ours", "one port", "floor"
COLUMNS = (OURS, ONE_PORT, FLOOR)
COLORS = {OURS: "#2563eb", ONE_PORT: "#93c5fd", FLOOR: "#9ca3af"}
# CPU milliseconds of an empty Django view on the reference machine, that of the original's figures.
REFERENCE_MS = 0.09
RESULTS_FILE = "requests.json"
MIN_CHANGE = 0.1  # A smaller relative change is noise.


@dataclass
class Cost:
    """CPU milliseconds a request in each round, and response times at a moderate rate.

    `slower` is how many times longer than on the reference machine an empty Django view took next
    to each round: on a shared host the work of a CPU second varies from minute to minute. The
    fields are keys of docs/bench/requests.json.
    """

    web: list[float] = field(default_factory=list)
    redis: list[float] = field(default_factory=list)
    persist: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    slower: list[float] = field(default_factory=list)
    p50: float = 0.0
    p99: float = 0.0

    def median(self, field_name: str) -> float:
        """Return the median of the rounds; 0 without any."""
        values = getattr(self, field_name)
        return statistics.median(values) if values else 0.0

    def on_reference(self) -> float:
        """Return the median CPU milliseconds, converted to the reference machine."""
        values = [web / slower for web, slower in zip(self.web, self.slower, strict=True)]
        return statistics.median(values) if values else 0.0


Costs = Mapping[str, Mapping[str, Cost]]  # By case, then by column.


def table(cases: Sequence[Case], costs: Costs) -> list[str]:
    """Return the lines of the Markdown table."""
    headings = (
        *("route", "CPU ms: web", "Valkey", "persist", "floor", "x floor", "one port", "req/s"),
        *("p50", "p99", "on the reference", "limit", "original", "original, fixed"),
    )
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    for case in cases:
        ours, floor = costs[case.name][OURS], costs[case.name].get(FLOOR, Cost())
        web, bottom = ours.median("web"), floor.median("web")
        port = costs[case.name].get(ONE_PORT, Cost()).median("web")
        cells = [
            case.name, f"{web:.3f}", f"{ours.median('redis'):.3f}",
            f"{ours.median('persist'):.3f}" if case.writes else "",
            f"{bottom:.3f}" if bottom else "", f"{web / bottom:.1f}" if bottom else "",
            f"{port:.3f}" if port else "", f"{ours.median('per_second'):.0f}",
            f"{ours.p50:.1f}", f"{ours.p99:.1f}", f"{ours.on_reference():.2f}",
            _limit(case), f"{case.original:g}",
            f"{case.original_fixed:g}" if case.original_fixed else "",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _limit(case: Case) -> str:
    parts = [f"{case.limit:g}"]
    parts += ["the hash"] if case.hash else []
    parts += [f"{case.persist:g}"] if case.persist else []
    return " + ".join(parts)


def write_results(folder: Path, cases: Sequence[Case], costs: Costs, notes: dict[str, Any]) -> None:
    """Write the JSON and the plot."""
    document = {
        "notes": notes,
        "cases": {
            name: {column: asdict(cost) for column, cost in costs_by_column.items()}
            for name, costs_by_column in costs.items()
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS_FILE).write_text(json.dumps(document, indent=1) + "\n")
    plot(cases, costs).savefig(folder / "requests.svg", bbox_inches="tight")


def changed_costs(costs: Costs, file: Path) -> list[str]:
    """Return a line for each case whose cost has changed since the results in `file`.

    Costs are compared as multiples of the floor of the same run.
    """
    before = json.loads(file.read_text()) if file.exists() else {}
    lines = []
    for name, new in costs.items():
        old = before.get("cases", {}).get(name)
        if old and FLOOR in old and FLOOR in new:
            old_ratio = statistics.median(old[OURS]["web"]) / statistics.median(old[FLOOR]["web"])
            new_ratio = new[OURS].median("web") / new[FLOOR].median("web")
            if abs(new_ratio / old_ratio - 1) > MIN_CHANGE:
                lines.append(f"{name}: {old_ratio:.2f} x floor before, {new_ratio:.2f} x now")
    return lines


def plot(cases: Sequence[Case], costs: Costs) -> Figure:
    """Return a plot of the CPU time of each case: the original, ours and the floor."""
    figure = Figure(figsize=(9, 0.55 * len(cases) + 1.2))
    axis = figure.subplots()
    shown = [case for case in reversed(cases) if not case.hash]
    bars = {
        "the original, fixed": (
            "#fca5a5",
            [case.original_fixed or case.original for case in shown],
        ),
        "ours": ("#2563eb", [costs[case.name][OURS].on_reference() for case in shown]),
        "the floor": ("#9ca3af", [_floor(costs, case) for case in shown]),
    }
    height = 0.27
    for number, (label, (color, values)) in enumerate(bars.items()):
        positions = [position + (1 - number) * height for position in range(len(shown))]
        axis.barh(positions, values, height=height, color=color, label=label)
        for position, value in zip(positions, values, strict=True):
            axis.text(value * 1.05, position, f"{value:.2f}", va="center", fontsize=8)
    axis.set_yticks(range(len(shown)), [case.name for case in shown])
    axis.set_xscale("log")
    axis.set_xlabel("CPU milliseconds a request (logarithmic), on the machine of the original")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="lower right")
    return figure


def _floor(costs: Costs, case: Case) -> float:
    return costs[case.name].get(FLOOR, Cost()).on_reference()
