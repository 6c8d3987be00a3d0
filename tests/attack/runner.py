"""Runs of attacks: one after the other, with the other member on the side, and the report."""

import shutil
import textwrap
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.attack import load
from tests.attack.load import Latency, OtherMember, latencies
from tests.attack.memory import (
    MEBIBYTE,
    USED_MEMORY,
    Limits,
    MemorySampler,
    Span,
    exceeded_limits,
    missing_services,
)
from tests.attack.registry import ATTACKS, Attack, AttackSucceededError, Result
from tests.attack.site import AttackedSite
from tests.attack.target import Target

QUIET_SECONDS = 20.0
SETTLE_SECONDS = 60.0
COLUMNS = (32, 30, 52, 9)


@dataclass
class Report:
    """What a run found."""

    results: list[Result] = field(default_factory=list)
    latencies: dict[str, tuple[dict[str, Latency], dict[str, Latency]]] = field(
        default_factory=dict
    )
    spans: list[Span] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Everything that makes the run fail."""
        return [
            f"{result.attack.name}: {result.observed}"
            for result in self.results
            if not result.is_defended
        ] + self.problems


def chosen_attacks(only: str, *, is_local: bool, is_quick: bool) -> list[Attack]:
    """Return the attacks to run: quiet ones first, those that fill the store last.

    Raises:
        SystemExit: No attack has this name.
    """
    if only and only not in ATTACKS:
        raise SystemExit(f"There is no attack {only}. Choose one of: {', '.join(sorted(ATTACKS))}")
    attacks = [
        attack
        for attack in ATTACKS.values()
        if (not only or attack.name == only)
        and (is_local or not attack.is_local)
        and (attack.is_quick or not is_quick)
    ]
    return sorted(
        attacks, key=lambda attack: (attack.name.startswith("store_"), attack.is_resource)
    )


def run_attack(attack: Attack, target: Target) -> Result:
    """Run an attack and return its result; an unexpected error is a failure, too."""
    begun = time.monotonic()
    try:
        observed, is_defended = attack.run(target), True
    except AttackSucceededError as success:
        observed, is_defended = str(success), False
    except Exception as error:  # noqa: BLE001 - one attack that breaks must not hide the others
        observed, is_defended = f"the attack could not be run: {error!r}", False
    finally:
        target.close_clients()
    return Result(attack, observed, is_defended, time.monotonic() - begun)


def run_all(
    attacks: Iterable[Attack],
    target: Target,
    other: OtherMember | None = None,
    tell: Callable[[str], Any] = print,
) -> Report:
    """Run attacks one after the other; while one is on resources, the other member is measured."""
    report = Report()
    for attack in attacks:
        is_loaded = other is not None and attack.is_resource
        if is_loaded:
            _settle(target)
            quiet_from = time.time()
            time.sleep(QUIET_SECONDS)
        began, began_monotonic = time.time(), time.monotonic()
        result = run_attack(attack, target)
        report.spans.append(Span(attack.name, began_monotonic, time.monotonic()))
        if is_loaded:
            assert other is not None
            quiet, loaded = other.samples(quiet_from, began), other.samples(began, time.time())
            report.latencies[attack.name] = latencies(quiet), latencies(loaded)
            if harms := load.harm(quiet, loaded):
                observed = f"{result.observed}; others: {'; '.join(harms)}"
                result = result._replace(observed=observed, is_defended=False)
        report.results.append(result)
        tell(_row(result))
    return report


def _settle(target: Target) -> None:
    """Wait until the site has done what the last attack left it."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        try:
            status = httpx.get(f"{target.url}/health/ready", timeout=5).json()["status"]
        except (httpx.HTTPError, ValueError, KeyError):
            status = ""
        if status == "ok":
            return
        time.sleep(1)


def measure_site(site: AttackedSite) -> dict[str, int]:
    """Return the memory of each service and of Valkey's data."""
    sizes = site.process_bytes()
    try:
        sizes[USED_MEMORY] = int(site.redis.info("memory")["used_memory"])
    except OSError:
        pass
    return sizes


def check_memory(report: Report, sampler: MemorySampler, tell: Callable[[str], Any]) -> None:
    """Compare the peaks with the limits of compose.yaml, and report both."""
    limits, peaks = Limits.of_compose(), sampler.peaks()
    tell("\nmemory, MiB                peak     limit")
    for name, peak in sorted(peaks.items()):
        tell(f"{name:<24} {peak / MEBIBYTE:>6.0f} {limits.of(name) / MEBIBYTE:>9.0f}")
    report.problems += exceeded_limits(peaks, limits)
    report.problems += [f"{name} was not measured" for name in missing_services(peaks, limits)]


def show_latencies(report: Report, tell: Callable[[str], Any]) -> None:
    """Show the latency of each kind of request before and during each attack."""
    if not report.latencies:
        return
    tell("\nothers, p50 / p99 in ms: quiet -> during the attack")
    for name, (quiet, loaded) in report.latencies.items():
        cells = [
            f"{kind} {quiet[kind].p50:.0f}/{quiet[kind].p99:.0f} -> "
            f"{loaded[kind].p50:.0f}/{loaded[kind].p99:.0f}"
            for kind in quiet
            if kind in loaded
        ]
        tell(f"{name:<32} {'   '.join(cells)}")


def header() -> str:
    """Return the header of the table."""
    names = ("attack", "expected", "observed", "result")
    return "  ".join(f"{name:<{width}}" for name, width in zip(names, COLUMNS, strict=True))


def _row(result: Result) -> str:
    texts = (
        result.attack.name, result.attack.expected, result.observed,
        "defended" if result.is_defended else "SUCCEEDED",
    )  # fmt: skip
    cells = [textwrap.wrap(text, width) for text, width in zip(texts, COLUMNS, strict=True)]
    height = max(map(len, cells))
    lines = [
        "  ".join(
            f"{cell[number] if number < len(cell) else '':<{width}}"
            for cell, width in zip(cells, COLUMNS, strict=True)
        ).rstrip()
        for number in range(height)
    ]
    return "\n".join([*lines, f"({result.seconds:.1f} s)" if result.seconds > 10 else ""]).rstrip()


def is_proxy_installed() -> bool:
    """Return whether the site can be started as in production."""
    return shutil.which("caddy") is not None
