"""The sliding windows that count requests, as the scripts compute them."""

import random

import pytest

from mysocial.core.errors import TooManyRequests
from mysocial.core.rate_limits import (
    MINUTE,
    RateLimit,
    check_rate_limit,
    check_rate_limits,
    reset_rate_limits,
)
from mysocial.core.redis import client
from mysocial.core.request_context import RequestContext, pop, push

LIMIT = RateLimit("test", 10, MINUTE)
KEY = LIMIT.key("x")


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMITS = True


def seconds_until_accepted(limit=LIMIT):
    """Send a request; return 0 if it is accepted, else the seconds to wait."""
    try:
        check_rate_limit(limit, "x")
    except TooManyRequests as error:
        return error.retry_after
    return 0


def let_pass(seconds):
    """Let time pass for the counter: its window started earlier."""
    start, current, previous = map(int, client().get(KEY).split())
    client().set(KEY, f"{start - round(seconds * 1000)} {current} {previous}")


def count_accepted():
    accepted = 0
    while not seconds_until_accepted():
        accepted += 1
    return accepted


def test_the_limit_is_exact_within_a_window():
    assert count_accepted() == 10
    # The first request and this one may be in one millisecond: then it is a moment more than 60 s.
    assert seconds_until_accepted() in {60, 61}


def test_a_burst_at_the_end_of_a_window_leaves_no_room_for_another():
    assert seconds_until_accepted() == 0
    let_pass(59)
    assert count_accepted() == 9
    let_pass(2)
    # A fixed window would accept ten more here: 19 within two seconds.
    assert count_accepted() == 1
    let_pass(28)
    assert count_accepted() == 4
    let_pass(30)
    assert count_accepted() == 5


def test_requests_are_forgotten_after_two_windows():
    count_accepted()
    assert 119_000 < client().pttl(KEY) <= 120_000
    let_pass(120)
    assert count_accepted() == 10


@pytest.mark.parametrize("seed", range(20))
def test_after_the_time_of_retry_after_a_request_is_accepted(seed):
    moments = random.Random(seed)
    limit = RateLimit("test", moments.randint(1, 40), MINUTE)
    for _ in range(300):
        seconds = seconds_until_accepted(limit)
        if not seconds:
            if moments.random() < 0.3:
                let_pass(moments.uniform(0, 20))
            continue
        assert seconds <= 61
        if seconds > 1:  # it is not longer than necessary, either
            let_pass(seconds - 1.001 - 0.5)
            assert seconds_until_accepted(limit)
            let_pass(1.501)
        else:
            let_pass(seconds)
        assert seconds_until_accepted(limit) == 0


def test_a_clock_that_was_set_back_neither_frees_nor_blocks_for_long():
    count_accepted()
    let_pass(-24 * 3600)
    assert seconds_until_accepted() in {60, 61}


def test_a_counter_of_an_earlier_version_starts_again():
    client().set(KEY, 7, ex=60)
    assert count_accepted() == 10


def test_one_exceeded_limit_leaves_all_others_uncounted():
    other = RateLimit("other", 5, MINUTE)
    for _ in range(10):
        check_rate_limit(LIMIT, "x")
    with pytest.raises(TooManyRequests):
        check_rate_limits([other.for_identity("x"), LIMIT.for_identity("x")])
    assert not client().exists(other.key("x"))


def test_retry_after_is_that_of_the_limit_that_takes_longest():
    short, long = RateLimit("short", 1, 10), RateLimit("long", 1, 500)
    checks = [long.for_identity("x"), short.for_identity("x")]
    check_rate_limits(checks)
    context = RequestContext()
    token = push(context)
    with pytest.raises(TooManyRequests) as caught:
        check_rate_limits(checks)
    pop(token)
    assert caught.value.retry_after in {500, 501}
    assert context.tightest_limit == (1, 0, caught.value.retry_after)


def test_a_reset_frees_only_the_given_limits():
    count_accepted()
    check_rate_limit(LIMIT, "y")
    reset_rate_limits([LIMIT.for_identity("x")])
    assert count_accepted() == 10
    assert client().get(LIMIT.key("y")).split()[1:] == [b"1", b"0"]


def test_a_counter_takes_no_more_memory_than_two_small_ones():
    limit = RateLimit("test", 1_000_000, 24 * 3600)
    seconds_until_accepted(limit)
    start, _, _ = client().get(KEY).split()
    client().set(KEY, b"%s 999998 999999" % start, px=1000)
    client().set("two-counters-1", 999_998, ex=1000)
    client().set("two-counters-2", 999_999, ex=1000)
    memory = client().memory_usage
    assert memory(KEY) <= memory("two-counters-1") + memory("two-counters-2")
