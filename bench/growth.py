"""Results of `bench.scale`: costs as the data grows, as tables, JSON and plots."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.stage import RESULTS_FOLDER

AXIS_TITLES = {
    "posts": "posts in total",
    "follows": "members that the reader follows",
    "followers": "active followers of the author",
}


@dataclass(frozen=True)
class Point:
    """CPU milliseconds of a request at one size of the data; `there` is the size."""

    kind: str
    there: int
    route: str
    web: float
    valkey: float


@dataclass
class Growth:
    """The results of one run. The fields are the keys of docs/bench/scale.json."""

    points: list[Point] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)  # Bytes of each record.
    recovery: dict[str, float] = field(default_factory=dict)  # Milliseconds, by number of follows.
    processes: dict[str, dict[str, float]] = field(default_factory=dict)

    def sizes(self, kind: str) -> list[int]:
        """Return the measured sizes of one kind of data."""
        return sorted({point.there for point in self.points if point.kind == kind})

    def series(self, kind: str) -> Iterator[tuple[str, list[Point]]]:
        """Yield each route of a kind, with its points by size."""
        selected = sorted((point for point in self.points if point.kind == kind), key=_sort_key)
        for route, points in groupby(selected, key=lambda point: point.route):
            yield route, list(points)

    def lines(self) -> list[str]:
        """Return the lines of the Markdown tables."""
        lines = []
        for kind, title in AXIS_TITLES.items():
            sizes = self.sizes(kind)
            headings = "".join(f" {size:,} |" for size in sizes)
            lines += ["", f"| {title}: web + Valkey |{headings}", "|---|" + "---|" * len(sizes)]
            for route, points in self.series(kind):
                cells = "".join(f" {point.web:.2f} + {point.valkey:.2f} |" for point in points)
                lines.append(f"| {route} |{cells}")
        lines += ["", *(f"{name}: {size:.0f} bytes" for name, size in self.memory.items())]
        return lines

    def write(self) -> None:
        """Write the JSON and the plot to docs/bench/."""
        RESULTS_FOLDER.mkdir(parents=True, exist_ok=True)
        (RESULTS_FOLDER / "scale.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        self.plot().savefig(RESULTS_FOLDER / "scale.svg", bbox_inches="tight")

    def plot(self) -> Figure:
        """Return a plot of the cost of each route by size."""
        figure = Figure(figsize=(13, 4))
        for axis, (kind, title) in zip(
            figure.subplots(1, len(AXIS_TITLES)), AXIS_TITLES.items(), strict=True
        ):
            self._draw(axis, kind, title)
        return figure

    def _draw(self, axis: Axes, kind: str, title: str) -> None:
        for route, points in self.series(kind):
            point_sizes = [point.there for point in points]
            (line,) = axis.plot(
                point_sizes, [point.web for point in points], marker="o", label=route
            )
            valkey = [point.valkey for point in points]
            axis.plot(point_sizes, valkey, marker=".", linestyle=":", color=line.get_color())
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


def _sort_key(point: Point) -> tuple[str, int]:
    return point.route, point.there
