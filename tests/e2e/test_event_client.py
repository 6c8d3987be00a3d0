"""The event client in situations that the page itself does not cause."""

from typing import Any

from playwright.sync_api import Page

from tests.e2e.people import new_name, sign_up
from tests.support.stack import wait_for

START_CLIENT = """async options => {
    const { EventClient } = await import("/static/web/mysocial.js");
    const access = JSON.parse(sessionStorage.getItem("mysocial.session")).access;
    const url = location.origin.replace("http", "ws") + "/ws";
    const refreshAccessToken = async () => { log.push(["refresh"]); return false; };
    const getAccessToken = () => access;
    window.log = [];
    window.client = new EventClient({ url, getAccessToken, refreshAccessToken, ...options });
    for (const type of ["event", "state", "resync", "signedout", "rejected"])
        client.addEventListener(type, ({ detail }) =>
            log.push([type, detail?.type ?? detail?.detail ?? detail ?? ""]));
    client.start();
}"""
# Subscribes to the feed between the command `resume` and its response.
SUBSCRIBE_DURING_RESUME = """() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (message) {
        send.call(this, message);
        if (JSON.parse(message).type !== "resume") return;
        queueMicrotask(async () => { window.isSubscribed = await client.subscribe("feed"); });
    };
}"""
GET_CURSOR = """async () => {
    const { access } = JSON.parse(sessionStorage.getItem("mysocial.session"));
    const headers = { Authorization: `Bearer ${access}` };
    return (await fetch("/api/v1/posts", { headers })).headers.get("X-Event-Cursor");
}"""


def start_client(page: Page, **options: Any) -> None:
    """Start a client in the page. It records its events in `log`."""
    page.evaluate(START_CLIENT, options)


def wait_until(page: Page, expression: str) -> None:
    """Wait for an expression in the page.

    Playwright's `wait_for_function` uses `eval`, which the page's policy forbids.
    """
    wait_for(lambda: page.evaluate(expression), within=30, name=expression)


def expect_log(page: Page, *entries: list[str]) -> None:
    """Wait until the client has recorded exactly these entries."""
    wait_until(page, f"log.length >= {len(entries)}")
    assert page.evaluate("log") == list(entries)


def test_a_client_that_cannot_resume_is_asked_to_resync(open_window, stack):
    page = open_window().sign_up(new_name("late")).page
    start_client(page, cursor="00000000:1", topics=["feed"])
    before = [["state", "connecting"], ["state", "live"], ["resync", "epoch_changed"]]
    expect_log(page, *before)
    sign_up(stack, new_name("writer")).create_post("After the resync")
    expect_log(page, *before, ["event", "post.created"])


def test_a_rejected_resume_stops_the_client(open_window):
    page = open_window().sign_up(new_name("wrong")).page
    start_client(page, cursor=page.evaluate(GET_CURSOR), topics=["everything"])
    end = [["state", "stopped"], ["rejected", "Invalid frame."]]
    expect_log(page, ["state", "connecting"], *end)


def test_a_rejected_topic_does_not_affect_the_others(open_window, stack):
    page = open_window().sign_up(new_name("choosy")).page
    start_client(page, cursor=page.evaluate(GET_CURSOR))
    wait_until(page, "client.state === 'live'")
    problem = page.evaluate("client.subscribe('everything').catch(problem => problem)")
    assert problem["code"] == "invalid"
    assert page.evaluate("client.subscribe('feed')") is True
    assert page.evaluate("[...client.topics]") == ["feed"]
    assert page.evaluate("client.subscribe('feed')") is False
    sign_up(stack, new_name("writer")).create_post("Still delivered")
    wait_until(page, "log.some(([type]) => type === 'event')")


def test_a_client_without_a_valid_token_reports_it_and_stops(open_window):
    page = open_window().sign_up(new_name("gone")).page
    start_client(page, cursor=page.evaluate(GET_CURSOR), topics=["feed"])
    wait_until(page, "client.state === 'live'")
    page.evaluate(
        "client.getAccessToken = () => 'invalid.token'; dispatchEvent(new Event('offline'))"
    )
    wait_until(page, "client.state === 'stopped'")
    assert page.evaluate("log.slice(-3)") == [["refresh"], ["state", "stopped"], ["signedout", ""]]


def test_a_subscription_during_resume_receives_events(open_window, stack):
    page = open_window().sign_up(new_name("hasty")).page
    cursor = page.evaluate(GET_CURSOR)
    page.evaluate(SUBSCRIBE_DURING_RESUME)
    start_client(page, cursor=cursor)
    wait_until(page, "client.state === 'live' && window.isSubscribed")
    sign_up(stack, new_name("writer")).create_post("Subscribed during resume")
    wait_until(page, "log.some(([type, detail]) => type === 'event' && detail === 'post.created')")


def test_a_hundred_subscriptions_stay_below_the_rate_limit(open_window):
    user = open_window().sign_up(new_name("many"))
    start_client(user.page, cursor=user.page.evaluate(GET_CURSOR))
    wait_until(user.page, "client.state === 'live'")
    topics = [f"post:{number:024x}" for number in range(100)]
    assert user.page.evaluate("topics => client.subscribe(...topics)", topics) is True
    expect_log(user.page, ["state", "connecting"], ["state", "live"])
    user.expect_live()
