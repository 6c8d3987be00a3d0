"""Outages of the server and the network: no event is lost or duplicated."""

import os

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.people import new_name, sign_in, sign_up
from tests.e2e.values import expect_value
from tests.e2e.window import RECONNECT_TIMEOUT_MS

IDLE_MS = 65_000  # longer than any timeout of a minute between client and server
STORM_TEXTS = """() => [...document.querySelectorAll("article.post .text")]
    .map(element => element.textContent).filter(text => text.startsWith("Storm "))"""


@pytest.mark.timeout(180)
def test_no_event_is_lost_or_duplicated_when_the_server_is_killed(open_window, stack):
    alice, bob = open_window().sign_in("alice"), open_window().sign_in("bob")
    writer = sign_up(stack, new_name("writer"))
    writer.create_post("Storm 0")
    for user in (alice, bob):
        user.show_new_posts()
        expect(user.post("Storm 0")).to_have_count(1)
        user.allow_connection_errors = True

    stack.kill_web_processes()
    expect(alice.page.locator("#banner")).to_be_visible()
    alice.take_screenshot("offline")
    stack.restart_web_processes()
    for number in range(1, 6):
        writer.create_post(f"Storm {number}")
    alice.write_post("Storm 6")

    for user in (alice, bob):
        user.wait_until_live(timeout_ms=RECONNECT_TIMEOUT_MS)
        expect(user.page.locator("#banner")).to_be_hidden()
    expect(alice.new_posts_button).to_have_text("5 new posts")
    expect(bob.new_posts_button).to_have_text("6 new posts")
    for user in (alice, bob):
        user.show_new_posts()
        expect(user.post("Storm 5")).to_have_count(1)
        texts = [f"Storm {number}" for number in range(6, -1, -1)]
        expect_value(lambda user=user: user.page.evaluate(STORM_TEXTS), texts)
        ids = [event_id for event_id in user.event_ids() if event_id != "ephemeral"]
        assert len(ids) == len(set(ids))
        assert ids == sorted(ids, key=lambda text: int(text.partition(":")[2]), reverse=True)


@pytest.mark.timeout(180)
def test_a_write_during_an_outage_is_executed_once(open_window, stack):
    user = open_window().sign_up(new_name("retrying"))
    user.allow_connection_errors = True
    stack.kill_web_processes()
    user.submit_post("Written during the outage")
    stack.restart_web_processes()
    expect(user.post("Written during the outage")).to_have_count(1, timeout=60_000)
    posts = sign_in(stack, user.name).call("GET", "posts?limit=100")["posts"]
    assert [post["text"] for post in posts].count("Written during the outage") == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateway_errors_are_retried_with_the_same_idempotency_key(open_window, status):
    user = open_window().sign_up(new_name("behind"))
    user.allow_connection_errors = True
    keys: list[str] = []

    def respond(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) < 3:
            route.fulfill(status=status, body="")
        else:
            route.continue_()

    user.page.route("**/api/v1/posts", respond)
    text = f"Written through a proxy with status {status}"
    user.write_post(text)
    expect(user.post(text)).to_have_count(1)
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            503,
            "The server is not responding. Please check your connection.",
        ),  # after seven attempts
        (413, "The server responded with status 413."),
    ],
)
def test_an_error_of_a_proxy_is_shown_and_the_text_stays(open_window, status, error):
    user = open_window().sign_up(new_name("unlucky"))
    user.allow_connection_errors = user.allow_client_errors = True
    user.page.route("**/api/v1/posts", lambda route: route.fulfill(status=status, body=""))
    user.submit_post("Not taken")
    expect(user.page.get_by_role("alert").filter(has_text=error)).to_have_text(error)
    expect(user.page.get_by_label("Your post")).to_have_value("Not taken")


def test_missed_posts_appear_when_the_network_is_back(open_window, stack):
    user = open_window().sign_up(new_name("traveller"))
    user.allow_connection_errors = True
    writer = sign_up(stack, new_name("writer"))
    user.page.context.set_offline(True)
    expect(user.page.locator("#banner")).to_be_visible()
    missed_id = writer.create_post("Written while offline")
    deleted_id = writer.create_post("Deleted while offline")
    writer.call("DELETE", f"posts/{deleted_id}")

    user.page.context.set_offline(False)

    expect(user.page.locator("#banner")).to_be_hidden()
    expect(user.new_posts_button).to_have_text("1 new post")
    user.show_new_posts()
    expect(user.page.locator(f"article[data-id='{missed_id}']")).to_have_count(1)


@pytest.mark.timeout(150)
@pytest.mark.skipif("QUICK" in os.environ, reason="It takes more than a minute.")
def test_an_idle_window_stays_live_for_a_minute(open_window, stack):
    user = open_window().sign_up(new_name("idler"))
    user.page.wait_for_timeout(IDLE_MS)
    user.expect_live()
    sign_up(stack, new_name("writer")).create_post("After a long silence")
    expect(user.new_posts_button).to_have_text("1 new post")
    expect(user.page.locator("#events .state").filter(has_text="live")).to_have_count(1)
