"""`Cost`: what a route costs in one column; the table of all, JSON, plots, and what has moved."""

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
COLOURS = {OURS: "#2563eb", ONE_PORT: "#93c5fd", FLOOR: "#9ca3af"}
REFERENCE = 0.09  # CPU ms of an empty Django view on the machine of the original's figures
FILE = "requests.json"
MOVED = 0.1  # as a share: less is noise


@dataclass
class Cost:
    """CPU milliseconds a request, of each round; and times at a moderate rate.

    `slower` is how much more an empty Django view took beside each round than on the machine of the
    original's figures: a shared host gives less for a CPU second in one minute than in another.
    """

    web: list[float] = field(default_factory=list)
    redis: list[float] = field(default_factory=list)
    persist: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    slower: list[float] = field(default_factory=list)
    p50: float = 0.0
    p99: float = 0.0

    def middle(self, of: str) -> float:
        """Return the median of the rounds."""
        found = getattr(self, of)
        return statistics.median(found) if found else 0.0

    def on_reference(self) -> float:
        """Return the median of the rounds, as on the machine of the original's figures."""
        found = [web / slower for web, slower in zip(self.web, self.slower, strict=True)]
        return statistics.median(found) if found else 0.0


Costs = Mapping[str, Mapping[str, Cost]]  # case -> column


def table(cases: Sequence[Case], costs: Costs) -> list[str]:
    """Return the lines of the table, as Markdown."""
    heads = (
        *("route", "CPU ms: web", "Valkey", "persist", "floor", "x floor", "one port", "req/s"),
        *("p50", "p99", "on the reference", "at most", "original", "mended"),
    )
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for case in cases:
        ours, floor = costs[case.name][OURS], costs[case.name].get(FLOOR, Cost())
        web, bottom = ours.middle("web"), floor.middle("web")
        port = costs[case.name].get(ONE_PORT, Cost()).middle("web")
        cells = [
            case.name, f"{web:.3f}", f"{ours.middle('redis'):.3f}",
            f"{ours.middle('persist'):.3f}" if case.writes else "",
            f"{bottom:.3f}" if bottom else "", f"{web / bottom:.1f}" if bottom else "",
            f"{port:.3f}" if port else "", f"{ours.middle('per_second'):.0f}",
            f"{ours.p50:.1f}", f"{ours.p99:.1f}", f"{ours.on_reference():.2f}",
            _limit(case), f"{case.shipped:g}", f"{case.mended:g}" if case.mended else "",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _limit(case: Case) -> str:
    parts = [f"{case.most:g}"]
    parts += ["the hash"] if case.hash else []
    parts += [f"{case.persist:g}"] if case.persist else []
    return " + ".join(parts)


def keep(folder: Path, cases: Sequence[Case], costs: Costs, notes: dict[str, Any]) -> None:
    """Write the result for machines, and the plot."""
    said = {
        "notes": notes,
        "cases": {
            name: {column: asdict(cost) for column, cost in some.items()}
            for name, some in costs.items()
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(said, indent=1) + "\n")
    plot(cases, costs).savefig(folder / "requests.svg", bbox_inches="tight")


def moved(costs: Costs, kept: Path) -> list[str]:
    """Return what costs more or less than in the result that was kept, each beside the floor of
    its own run."""
    before = json.loads(kept.read_text()) if kept.exists() else {}
    lines = []
    for name, some in costs.items():
        old = before.get("cases", {}).get(name)
        if old and FLOOR in old and FLOOR in some:
            was = statistics.median(old[OURS]["web"]) / statistics.median(old[FLOOR]["web"])
            now = some[OURS].middle("web") / some[FLOOR].middle("web")
            if abs(now / was - 1) > MOVED:
                lines.append(f"{name}: {was:.2f} x floor before, {now:.2f} x now")
    return lines


def plot(cases: Sequence[Case], costs: Costs) -> Figure:
    """Draw CPU a request, ours beside the floor and the original, mended where it was."""
    figure = Figure(figsize=(9, 0.55 * len(cases) + 1.2))
    axis = figure.subplots()
    shown = [case for case in reversed(cases) if not case.hash]
    bars = {
        "the original, mended": ("#fca5a5", [case.mended or case.shipped for case in shown]),
        "ours": ("#2563eb", [costs[c.name][OURS].on_reference() for c in shown]),
        "the floor": ("#9ca3af", [_floor(costs, c) for c in shown]),
    }
    height = 0.27
    for number, (label, (colour, values)) in enumerate(bars.items()):
        places = [place + (1 - number) * height for place in range(len(shown))]
        axis.barh(places, values, height=height, color=colour, label=label)
        for place, value in zip(places, values, strict=True):
            axis.text(value * 1.05, place, f"{value:.2f}", va="center", fontsize=8)
    axis.set_yticks(range(len(shown)), [case.name for case in shown])
    axis.set_xscale("log")
    axis.set_xlabel("CPU milliseconds a request (logarithmic), on the machine of the original")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="lower right")
    return figure


def _floor(costs: Costs, case: Case) -> float:
    return costs[case.name].get(FLOOR, Cost()).on_reference()
