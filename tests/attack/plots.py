"""The plot of the memory during the attacks."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.attack.memory import MEBIBYTE, USED_MEMORY, Limits, MemorySample, Span

MIN_LABELED_SHARE = 1 / 50  # of the width: shorter attacks have no label


def plot_memory(path: Path, samples: list[MemorySample], limits: Limits, spans: list[Span]) -> None:
    """Write an SVG with the memory of each service as a share of its limit."""
    mpl.rcParams["svg.hashsalt"] = "mysocial"
    figure = Figure(figsize=(10, 5.6))
    axes = figure.subplots()
    begin, seconds = samples[0].at, samples[-1].at - samples[0].at
    for name in (*limits.services, USED_MEMORY):
        shares = [100 * sample.sizes.get(name, 0) / limits.of(name) for sample in samples]
        label = f"{name} ({limits.of(name) / MEBIBYTE:.0f} MiB)"
        style = "--" if name == USED_MEMORY else "-"
        times = [sample.at - begin for sample in samples]
        axes.plot(times, shares, label=label, linewidth=1.2, linestyle=style)
    for number, span in enumerate(spans):
        if span.ended - span.began < seconds * MIN_LABELED_SHARE:
            continue
        color = "0.90" if number % 2 else "0.95"
        axes.axvspan(span.began - begin, span.ended - begin, color=color, zorder=0, linewidth=0)
        middle = (span.began + span.ended) / 2 - begin
        axes.text(middle, 102, span.name, rotation=45, fontsize=7, va="bottom", ha="left")
    axes.axhline(100, color="#dc2626", linewidth=1)
    axes.set(xlabel="seconds; gray: duration of an attack", ylabel="memory, % of the limit")
    axes.set(xlim=(0, seconds), ylim=(0, 102))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=5, fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
