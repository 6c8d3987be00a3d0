"""The event client by itself, in a browser, where the page would never bring it."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.people import new_name, sign_up
from tests.stack import wait_for

BEGIN = """async options => {
    const { EventClient } = await import("/static/web/mysocial.js");
    const access = JSON.parse(sessionStorage.getItem("mysocial.session")).access;
    const url = location.origin.replace("http", "ws") + "/ws";
    const refreshAccessToken = async () => { said.push(["refresh"]); return false; };
    window.said = [];
    const getAccessToken = () => access;
    window.client = new EventClient({ url, getAccessToken, refreshAccessToken, ...options });
    for (const type of ["event", "state", "resync", "signedout", "rejected"])
        client.addEventListener(type, ({ detail }) =>
            said.push([type, detail?.type ?? detail?.detail ?? detail ?? ""]));
    client.start();
}"""
# Joins the feed between the command `resume` and its answer.
JOIN_AT_ONCE = """() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (frame) {
        send.call(this, frame);
        if (JSON.parse(frame).type !== "resume") return;
        queueMicrotask(async () => { window.joined = await client.subscribe("feed"); });
    };
}"""
CURSOR = """async () => {
    const { access } = JSON.parse(sessionStorage.getItem("mysocial.session"));
    const headers = { Authorization: `Bearer ${access}` };
    return (await fetch("/api/posts", { headers })).headers.get("X-Event-Cursor");
}"""


def begin(page: Page, **options: Any) -> None:
    """Start a client in the page; it writes down what it says in `said`."""
    page.evaluate(BEGIN, options)


def until(page: Page, true: str) -> None:
    """Wait for the page; Playwright's own way needs `eval` in it, which the policy forbids."""
    wait_for(lambda: page.evaluate(true), within=30, name=true)


def said(page: Page, *lines: list[str]) -> None:
    """Wait until the client has said just this."""
    until(page, f"said.length >= {len(lines)}")
    assert page.evaluate("said") == list(lines)


def test_a_client_that_can_not_be_told_what_it_missed_is_told_to_read_again(window, stack):
    page = window().sign_up(new_name("late")).page
    begin(page, cursor="00000000:1", topics=["feed"])
    before = [["state", "connecting"], ["state", "live"], ["resync", "epoch_changed"]]
    said(page, *before)
    sign_up(stack, new_name("writer")).writes("After that it is live")
    said(page, *before, ["event", "post.created"])


def test_what_the_server_never_takes_ends_the_client(window):
    page = window().sign_up(new_name("wrong")).page
    begin(page, cursor=page.evaluate(CURSOR), topics=["everything"])
    end = [["state", "stopped"], ["rejected", "The frame is not valid."]]
    said(page, ["state", "connecting"], *end)


def test_a_topic_that_is_refused_is_not_joined_and_the_others_go_on(window, stack):
    page = window().sign_up(new_name("choosy")).page
    begin(page, cursor=page.evaluate(CURSOR))
    until(page, "client.state === 'live'")
    problem = page.evaluate("client.subscribe('everything').catch(problem => problem)")
    assert problem["code"] == "invalid"
    assert page.evaluate("client.subscribe('feed')") is True
    assert page.evaluate("[...client.topics]") == ["feed"]
    assert page.evaluate("client.subscribe('feed')") is False
    sign_up(stack, new_name("writer")).writes("Heard all the same")
    until(page, "said.some(([type]) => type === 'event')")


def test_a_client_whose_token_can_not_be_renewed_says_so_and_stops(window):
    page = window().sign_up(new_name("gone")).page
    begin(page, cursor=page.evaluate(CURSOR), topics=["feed"])
    until(page, "client.state === 'live'")
    page.evaluate("client.getAccessToken = () => 'worn.out'; dispatchEvent(new Event('offline'))")
    until(page, "client.state === 'stopped'")
    assert page.evaluate("said.slice(-3)") == [["refresh"], ["state", "stopped"], ["signedout", ""]]


def test_what_is_joined_while_one_resumes_is_heard(window, stack):
    page = window().sign_up(new_name("hasty")).page
    cursor = page.evaluate(CURSOR)
    page.evaluate(JOIN_AT_ONCE)
    begin(page, cursor=cursor)
    until(page, "client.state === 'live' && window.joined")
    sign_up(stack, new_name("writer")).writes("Joined in between")
    until(page, "said.some(([type, what]) => type === 'event' && what === 'post.created')")


def test_a_hundred_topics_are_joined_without_being_too_fast(window):
    one = window().sign_up(new_name("many"))
    begin(one.page, cursor=one.page.evaluate(CURSOR))
    until(one.page, "client.state === 'live'")
    topics = [f"post:{number:024x}" for number in range(100)]
    assert one.page.evaluate("topics => client.subscribe(...topics)", topics) is True
    said(one.page, ["state", "connecting"], ["state", "live"])
    expect(one.page.locator("#connection-state")).to_have_text("Live")
