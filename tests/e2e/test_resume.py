"""The server dies, the network goes, time passes: nothing is missed and nothing comes twice."""

import os

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.people import new_name, sign_in, sign_up

LONGEST_PAUSE = 45_000  # ms; a client waits up to 30 s before it tries again
IDLE = 65_000  # ms; past every time-out of a minute on the way
SHOWN = """() => [...document.querySelectorAll("article.post .text")]
    .map(one => one.textContent).filter(text => text.startsWith("Storm "))"""


@pytest.mark.timeout(180)
def test_two_windows_resume_without_gap_or_double_when_the_server_is_killed(window, stack):
    alice, bob = window().enter("alice"), window().enter("bob")
    writer = sign_up(stack, new_name("writer"))
    writer.writes("Storm 0")
    for one in (alice, bob):
        one.show_new()
        expect(one.post("Storm 0")).to_have_count(1)
        one.may_lose_the_server = True

    stack.fall()
    expect(alice.page.locator("#banner")).to_be_visible()
    alice.shoot("offline")
    stack.rise()
    for number in range(1, 6):
        writer.writes(f"Storm {number}")
    alice.write("Storm 6")

    for one in (alice, bob):
        one.lives(within=LONGEST_PAUSE)
        expect(one.page.locator("#banner")).to_be_hidden()
    expect(alice.fresh).to_have_text("5 new posts")
    expect(bob.fresh).to_have_text("6 new posts")
    for one in (alice, bob):
        one.show_new()
        expect(one.post("Storm 5")).to_have_count(1)
        assert one.page.evaluate(SHOWN) == [f"Storm {number}" for number in range(6, -1, -1)]
        ids = [found for found in one.cursors() if found != "ephemeral"]
        assert len(ids) == len(set(ids))
        assert ids == sorted(ids, key=lambda text: int(text.partition(":")[2]), reverse=True)


@pytest.mark.timeout(180)
def test_a_write_that_meets_a_dead_server_is_carried_out_once(window, stack):
    one = window().sign_up(new_name("patient"))
    one.may_lose_the_server = True
    stack.fall()
    one.begin_to_write("Written into the void")
    stack.rise()
    expect(one.post("Written into the void")).to_have_count(1, timeout=60_000)
    found = sign_in(stack, one.name).call("GET", "posts?limit=100")["posts"]
    assert [post["text"] for post in found].count("Written into the void") == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_proxy_says_for_nobody_is_asked_again_under_the_same_key(window, status):
    one = window().sign_up(new_name("behind"))
    one.may_lose_the_server = True
    keys: list[str] = []

    def answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) < 3:
            route.fulfill(status=status, body="")
        else:
            route.continue_()

    one.page.route("**/api/posts", answer)
    text = f"Through a proxy that said {status}"
    one.write(text)
    expect(one.post(text)).to_have_count(1)
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (503, "The server is not responding. Please check your connection."),  # after seven times
        (413, "The server responded with status 413."),
    ],
)
def test_what_a_proxy_refuses_without_a_word_is_told_and_what_was_written_stays(
    window, status, told
):
    one = window().sign_up(new_name("unlucky"))
    one.may_lose_the_server = one.may_be_refused = True
    one.page.route("**/api/posts", lambda route: route.fulfill(status=status, body=""))
    one.begin_to_write("Not taken")
    expect(one.page.get_by_role("alert").filter(has_text=told)).to_have_text(told)
    expect(one.page.get_by_label("Your post")).to_have_value("Not taken")


def test_a_network_that_was_away_brings_what_was_missed(window, stack):
    one = window().sign_up(new_name("traveller"))
    one.may_lose_the_server = True
    writer = sign_up(stack, new_name("writer"))
    one.page.context.set_offline(True)
    expect(one.page.locator("#banner")).to_be_visible()
    first = writer.writes("While you were in the tunnel")
    second = writer.writes("Gone before the light")
    writer.call("DELETE", f"posts/{second}")

    one.page.context.set_offline(False)

    expect(one.page.locator("#banner")).to_be_hidden()
    expect(one.fresh).to_have_text("1 new post")
    one.show_new()
    expect(one.page.locator(f"article[data-id='{first}']")).to_have_count(1)


@pytest.mark.timeout(150)
@pytest.mark.skipif("QUICK" in os.environ, reason="It waits for more than a minute.")
def test_a_window_that_nobody_touches_for_a_minute_is_still_live(window, stack):
    one = window().sign_up(new_name("idler"))
    one.page.wait_for_timeout(IDLE)
    expect(one.page.locator("#connection-state")).to_have_text("Live")
    sign_up(stack, new_name("writer")).writes("After a long silence")
    expect(one.fresh).to_have_text("1 new post")
    expect(one.page.locator("#events .state").filter(has_text="live")).to_have_count(1)
