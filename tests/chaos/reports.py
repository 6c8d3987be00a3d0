"""What a run says of itself: a table for people, JSON and a plot for the documents."""

import json
from collections import Counter
from pathlib import Path

from matplotlib.figure import Figure

from tests.chaos.runs import Run

GREY = "#6b7280"


def show(result: Run) -> None:
    """Print the figures and what is wrong."""
    for name, figure in result.figures.items():
        print(f"{name}: {figure:.2f}" if isinstance(figure, float) else f"{name}: {figure}")
    for one in result.wrong:
        print("WRONG", one)
    print("nothing was lost, doubled or told wrongly" if not result.wrong else "NOT GOOD")


def keep(result: Run, folder: Path) -> None:
    """Write what happened as JSON, and the plot of it."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = [
        {
            "name": one.name,
            "at": round(one.began - result.began, 1),
            "seconds": round(one.ended - one.began, 1),
            "paid_after": round(one.paid_after, 1),
        }
        for one in result.struck
    ]
    said = {"figures": result.figures, "wrong": result.wrong, "faults": faults}
    (folder / "chaos.json").write_text(json.dumps(said, indent=2) + "\n")
    _plot(result).savefig(folder / "chaos.svg", bbox_inches="tight")


def _per_second(moments: list[float], began: float, seconds: int) -> list[int]:
    count = Counter(int(at - began) for at in moments)
    return [count[second] for second in range(seconds)]


def _plot(result: Run) -> Figure:
    """Draw writes a second, requests that had to wait, and what was owed, with the faults."""
    seconds = int(max(result.acknowledged, default=result.began) - result.began) + 1
    figure = Figure(figsize=(10, 5.5))
    writes, owed = figure.subplots(2, 1, sharex=True)
    acknowledged = _per_second(result.acknowledged, result.began, seconds)
    refused = _per_second(result.refused, result.began, seconds)
    writes.plot(acknowledged, color="#2563eb", linewidth=1, label="acknowledged")
    writes.plot(refused, color="#dc2626", linewidth=1, label="503 or broken, asked again")
    writes.set_ylabel("requests a second")
    writes.legend(loc="upper right", frameon=False)
    at = [sample.at - result.began for sample in result.samples]
    owed.plot(at, [sample.count for sample in result.samples], color="#059669", linewidth=1)
    owed.set_ylabel("records owed to MongoDB")
    owed.set_xlabel("seconds; grey: a fault lasts")
    for axis in (writes, owed):
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
        for one in result.struck:
            ends = max(one.ended, one.began + 0.5) - result.began
            axis.axvspan(one.began - result.began, ends, color=GREY, alpha=0.2, linewidth=0)
    return figure
