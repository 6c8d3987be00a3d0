"""Rate limits that one process counts in its memory, for requests that write nothing to Redis.

A count in Redis would cost a read more than its own work. Here it costs a few microseconds. Each
process counts apart, so all of them together accept as many times the limit.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

from mysocial.core.request_context import LimitCheck, LimitStatus

# What a process keeps, at most about 400 bytes each: 8 MB. The callers that are silent longest are
# forgotten first.
MAX_COUNTERS = 20_000


class Outcome(NamedTuple):
    """The result of a request: the seconds to wait, 0 if it is accepted, and its tightest limit."""

    seconds: int
    status: LimitStatus


class _Window(NamedTuple):
    """A counter at a moment."""

    start_ms: int  # when the current window started
    current: int  # the requests in it
    previous: int  # the requests in the window before
    free_weight: int  # the requests that are left, times the milliseconds of a window


class ProcessLimits:
    """Sliding windows, as `mysocial/lua/rate_limits.lua` computes them."""

    def __init__(self, max_counters: int = MAX_COUNTERS) -> None:
        self._max_counters = max_counters
        # By key: the start of the current window, and the requests in it and in the previous one.
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def clear(self) -> None:
        """Forget all counts."""
        with self._lock:
            self._counts.clear()

    def count(self, checks: Sequence[LimitCheck], times: int = 1) -> Outcome:
        """Count a request against all limits, or against none if one of them is exceeded.

        An expensive request counts several `times`; the last one may exceed a limit by that.
        """
        now_ms = time.monotonic_ns() // 1_000_000
        with self._lock:
            windows = [self._read(check, now_ms) for check in checks]
            for window in windows:
                if window.free_weight <= 0:
                    return _exceeded(checks, windows, now_ms)
            for (key, _, _), (start_ms, current, previous, _) in zip(checks, windows, strict=True):
                self._keep(key, (start_ms, current + times, previous))
        if len(checks) == 1:
            return Outcome(0, _status_after_count(checks[0], windows[0], now_ms))
        statuses = map(_status_after_count, checks, windows, repeat(now_ms))
        return Outcome(0, min(statuses, key=lambda status: status.remaining))

    def check(self, checks: Sequence[LimitCheck]) -> Outcome | None:
        """Return the outcome of a request if a limit is exceeded, else None; count nothing."""
        with self._lock:
            known = [check for check in checks if check.key in self._counts]
            if not known:
                return None
            now_ms = time.monotonic_ns() // 1_000_000
            windows = [self._read(check, now_ms) for check in known]
        if all(window.free_weight > 0 for window in windows):
            return None
        return _exceeded(known, windows, now_ms)

    def _read(self, check: LimitCheck, now_ms: int) -> _Window:
        key, max_requests, window_seconds = check
        window_ms = window_seconds * 1000
        counts = self._counts.get(key)
        if counts is None:
            return _Window(now_ms, 0, 0, max_requests * window_ms)
        start_ms, current, previous = counts
        age_ms = now_ms - start_ms
        if age_ms >= window_ms:
            if age_ms >= 2 * window_ms:
                return _Window(now_ms, 0, 0, max_requests * window_ms)
            start_ms, current, previous = start_ms + window_ms, 0, current
            age_ms -= window_ms
        free_weight = (max_requests - current) * window_ms - previous * (window_ms - age_ms)
        return _Window(start_ms, current, previous, free_weight)

    def _keep(self, key: str, counts: tuple[int, int, int]) -> None:
        self._counts[key] = counts
        self._counts.move_to_end(key)
        if len(self._counts) > self._max_counters:
            self._counts.popitem(last=False)


def _status_after_count(check: LimitCheck, window: _Window, now_ms: int) -> LimitStatus:
    """Return the status after a request was counted; `window` is the counter before."""
    _, max_requests, window_seconds = check
    start_ms, current, previous, free_weight = window
    window_ms = window_seconds * 1000
    remaining = -((window_ms - free_weight) // window_ms)
    if remaining > 0:
        return LimitStatus(max_requests, remaining, _seconds(start_ms + window_ms - now_ms))
    counted = _Window(start_ms, current + 1, previous, free_weight - window_ms)
    return LimitStatus(max_requests, 0, _seconds(_wait_ms(check, counted, now_ms)))


def _exceeded(checks: Sequence[LimitCheck], windows: Sequence[_Window], now_ms: int) -> Outcome:
    """Return the outcome of a request that exceeds one or more of its limits."""
    waits_ms = [_wait_ms(*pair, now_ms) for pair in zip(checks, windows, strict=True)]
    longest = max(waits_ms)
    check = checks[waits_ms.index(longest)]
    seconds = _seconds(longest)
    return Outcome(seconds, LimitStatus(check.max_requests, 0, seconds))


def _wait_ms(check: LimitCheck, window: _Window, now_ms: int) -> int:
    """Return the milliseconds until the next request is accepted."""
    if window.free_weight > 0:
        return 0
    window_ms = check.window_seconds * 1000
    end_ms = window.start_ms + window_ms - now_ms
    if window.current < check.max_requests:
        free = (check.max_requests - window.current) * window_ms
        return end_ms - _ceil_divide(free, window.previous) + 1
    free = check.max_requests * window_ms
    return end_ms + window_ms - _ceil_divide(free, window.current) + 1


def _seconds(ms: int) -> int:
    """Return milliseconds in whole seconds, rounded up; at least one."""
    return max(1, _ceil_divide(ms, 1000))


def _ceil_divide(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
