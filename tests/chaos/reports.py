"""Reports of a run: printed figures, and JSON and a plot for the documents."""

import json
from collections import Counter
from pathlib import Path

from matplotlib.figure import Figure

from tests.chaos.runs import Run

GRAY = "#6b7280"


def print_report(result: Run) -> None:
    """Print the figures and the problems."""
    for name, figure in result.figures.items():
        print(f"{name}: {figure:.2f}" if isinstance(figure, float) else f"{name}: {figure}")
    for problem in result.problems:
        print("WRONG", problem)
    print("No data was lost, duplicated or wrong." if not result.problems else "FAILED")


def write_report(result: Run, folder: Path) -> None:
    """Write the result as JSON and as a plot."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = [
        {
            "name": fault.name,
            "at": round(fault.began - result.began, 1),
            "seconds": round(fault.ended - fault.began, 1),
            "flushed_after": round(fault.flushed_after, 1),
        }
        for fault in result.faults
    ]
    report = {"figures": result.figures, "wrong": result.problems, "faults": faults}
    (folder / "chaos.json").write_text(json.dumps(report, indent=2) + "\n")
    _plot(result).savefig(folder / "chaos.svg", bbox_inches="tight")


def _per_second(times: list[float], began: float, seconds: int) -> list[int]:
    count = Counter(int(at - began) for at in times)
    return [count[second] for second in range(seconds)]


def _plot(result: Run) -> Figure:
    """Plot writes and failed requests per second and the backlog, with the faults."""
    seconds = int(max(result.acknowledged, default=result.began) - result.began) + 1
    figure = Figure(figsize=(10, 5.5))
    writes, backlog = figure.subplots(2, 1, sharex=True)
    acknowledged = _per_second(result.acknowledged, result.began, seconds)
    refused = _per_second(result.failed, result.began, seconds)
    writes.plot(acknowledged, color="#2563eb", linewidth=1, label="acknowledged")
    writes.plot(refused, color="#dc2626", linewidth=1, label="503 or broken, repeated")
    writes.set_ylabel("requests per second")
    writes.legend(loc="upper right", frameon=False)
    at = [sample.taken_at - result.began for sample in result.samples]
    backlog.plot(at, [sample.count for sample in result.samples], color="#059669", linewidth=1)
    backlog.set_ylabel("unflushed records")
    backlog.set_xlabel("seconds; gray: duration of a fault")
    for axis in (writes, backlog):
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
        for fault in result.faults:
            end = max(fault.ended, fault.began + 0.5) - result.began
            axis.axvspan(fault.began - result.began, end, color=GRAY, alpha=0.2, linewidth=0)
    return figure
