"""`Growth`: what was measured as there was ever more; its lines, JSON and plots."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.stage import KEPT

TITLES = {
    "posts": "posts there are",
    "follows": "people the reader follows",
    "followers": "active followers of the author",
}


@dataclass(frozen=True)
class Point:
    """CPU milliseconds of a request while there is so much of something."""

    kind: str
    there: int
    route: str
    web: float
    valkey: float


@dataclass
class Growth:
    """One run."""

    points: list[Point] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)  # bytes of Valkey, each
    recovery: dict[str, float] = field(default_factory=dict)  # by follows, milliseconds
    processes: dict[str, dict[str, float]] = field(default_factory=dict)

    def sizes(self, kind: str) -> list[int]:
        """Return how much there was at each measurement of a kind."""
        return sorted({one.there for one in self.points if one.kind == kind})

    def series(self, kind: str) -> Iterator[tuple[str, list[Point]]]:
        """Yield each route of a kind, with its points in order."""
        some = sorted((one for one in self.points if one.kind == kind), key=_place)
        for route, points in groupby(some, key=lambda one: one.route):
            yield route, list(points)

    def lines(self) -> list[str]:
        """Return the tables, as Markdown."""
        lines = []
        for kind, title in TITLES.items():
            sizes = self.sizes(kind)
            heads = "".join(f" {size:,} |" for size in sizes)
            lines += ["", f"| {title}: web + Valkey |{heads}", "|---|" + "---|" * len(sizes)]
            for route, points in self.series(kind):
                cells = "".join(f" {one.web:.2f} + {one.valkey:.2f} |" for one in points)
                lines.append(f"| {route} |{cells}")
        lines += ["", *(f"{name}: {size:.0f} bytes" for name, size in self.memory.items())]
        return lines

    def keep(self) -> None:
        """Write the result for machines, and the plot."""
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / "scale.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        self.plot().savefig(KEPT / "scale.svg", bbox_inches="tight")

    def plot(self) -> Figure:
        """Draw the cost of each route over how much there is."""
        figure = Figure(figsize=(13, 4))
        for axis, (kind, title) in zip(
            figure.subplots(1, len(TITLES)), TITLES.items(), strict=True
        ):
            self._draw(axis, kind, title)
        return figure

    def _draw(self, axis: Axes, kind: str, title: str) -> None:
        for route, points in self.series(kind):
            there = [one.there for one in points]
            (line,) = axis.plot(there, [one.web for one in points], marker="o", label=route)
            valkey = [one.valkey for one in points]
            axis.plot(there, valkey, marker=".", linestyle=":", color=line.get_color())
        sizes = self.sizes(kind)
        axis.set_xscale("log")
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axis.minorticks_off()
        axis.set_ylim(bottom=0)
        axis.set_xlabel(title)
        axis.set_ylabel("CPU ms a request (dotted: Valkey's)")
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(
            frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.17)
        )


def _place(point: Point) -> tuple[str, int]:
    return point.route, point.there
