"""The sliding windows that a process counts in its memory."""

import random
import sys
import threading
from fractions import Fraction

import pytest

from mysocial.core import process_limits
from mysocial.core.process_limits import MAX_COUNTERS, ProcessLimits
from mysocial.core.rate_limits import MINUTE, RateLimit
from mysocial.core.request_context import LimitCheck
from tests.support.concurrency import run_concurrently

LIMIT = RateLimit("test", 10, MINUTE)


class Clock:
    """The clock of a process, in milliseconds."""

    def __init__(self):
        self.ms = 5_000_000

    def monotonic_ns(self):
        return self.ms * 1_000_000


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(process_limits, "time", clock)
    return clock


class Counter:
    """A reference: the same rule, by fractions."""

    def __init__(self):
        self.start, self.current, self.previous = None, 0, 0

    def accepts(self, max_requests, ms, now):
        if self.start is None or now - self.start >= 2 * ms:
            self.start, self.current, self.previous = now, 0, 0
        elif now - self.start >= ms:
            self.start, self.current, self.previous = self.start + ms, 0, self.current
        weight = Fraction(ms - (now - self.start), ms)
        if self.current + self.previous * weight >= max_requests:
            return False
        self.current += 1
        return True


@pytest.mark.parametrize("seed", range(20))
def test_requests_are_accepted_by_the_rule_of_sliding_windows(clock, seed):
    moments, limits, reference = random.Random(seed), ProcessLimits(), Counter()
    check = RateLimit("test", moments.randint(1, 40), moments.randint(1, 60)).for_identity("x")
    for _ in range(1000):
        clock.ms += moments.choice([0, 1, 50, 999, 3000, 30_000])
        expected = reference.accepts(check.max_requests, check.window_seconds * 1000, clock.ms)
        assert (limits.count([check]).seconds == 0) is expected


@pytest.mark.parametrize("seed", range(20))
def test_after_the_returned_seconds_a_request_is_accepted_and_not_earlier(clock, seed):
    moments, limits = random.Random(seed), ProcessLimits()
    checks = [
        RateLimit(name, moments.randint(1, 40), moments.randint(2, 60)).for_identity("x")
        for name in "ab"
    ]
    refusals = 0
    for _ in range(500):
        clock.ms += moments.choice([0, 1, 999])
        outcome = limits.count(checks)
        if not outcome.seconds:
            assert limits.check(checks) is None or outcome.status.remaining == 0
            continue
        refusals += 1
        assert outcome.status[1:] == (0, outcome.seconds)
        assert limits.check(checks) == outcome
        clock.ms += outcome.seconds * 1000 - 1000
        if outcome.seconds > 1:
            assert limits.check(checks) is not None
        clock.ms += 1000
        assert limits.count(checks).seconds == 0
    assert refusals > 5


def test_a_refused_request_counts_against_no_limit(clock):
    limits, other = ProcessLimits(), RateLimit("other", 5, MINUTE).for_identity("x")
    for _ in range(10):
        limits.count([LIMIT.for_identity("x")])
    assert limits.count([other, LIMIT.for_identity("x")]).seconds == 61  # after 60 s, not at 60 s
    assert limits.count([other]).status.remaining == 4


def test_the_status_is_that_of_the_tightest_limit(clock):
    limits, tight = ProcessLimits(), RateLimit("tight", 3, 20)
    outcome = limits.count([LIMIT.for_identity("x"), tight.for_identity("x")])
    assert outcome == (0, (3, 2, 20))
    clock.ms += 5000
    limits.count([LIMIT.for_identity("x"), tight.for_identity("x")])
    assert limits.count([tight.for_identity("x")]) == (0, (3, 0, 16))
    assert limits.count([LIMIT.for_identity("x"), tight.for_identity("x")]) == (16, (3, 0, 16))


def test_a_process_keeps_a_bounded_number_of_counters_in_bounded_memory():
    limits = ProcessLimits()
    limits.count([LIMIT.for_identity("first")])
    for number in range(MAX_COUNTERS):
        if number % 100 == 0:
            limits.count([LIMIT.for_identity("second")])
        limits.count([LIMIT.for_identity(f"{number:045d}")])  # the longest address
    assert len(limits) == MAX_COUNTERS
    assert limits.check([LimitCheck(LIMIT.key("first"), 1, 60)]) is None  # forgotten
    assert limits.check([LimitCheck(LIMIT.key("second"), 1, 60)]) is not None
    (key, counts), *_ = limits._counts.items()
    entry = sum(map(sys.getsizeof, (key, counts, *counts)))
    assert (entry + sys.getsizeof(limits._counts) / MAX_COUNTERS) * MAX_COUNTERS < 10_000_000


def test_concurrent_requests_are_counted_exactly():
    limits, check = ProcessLimits(), RateLimit("test", 1000, 3600).for_identity("x")
    start = threading.Barrier(8)

    def count():
        start.wait()
        return sum(limits.count([check]).seconds == 0 for _ in range(300))

    assert sum(run_concurrently(*[count] * 8)) == 1000
