"""The speed as felt: requests and bytes of the first load, and the time from a click to content.

`make web-speed` prints the numbers. The bounds here are generous, because tests share the machine.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.people import Site, new_name, sign_in, sign_up
from tests.e2e.window import Window

MAX_FIRST_LOAD_REQUESTS = 12
MAX_CLICK_MS = 5_000
MAX_SLOW_LOAD_MS = 20_000
SLOW_3G = {
    "offline": False,
    "latency": 300,  # ms
    "downloadThroughput": 50 * 1024,  # bytes a second
    "uploadThroughput": 50 * 1024,
}
# Clicks on a link, and returns the time until an element is in the page, in milliseconds. The clock
# starts with the click and stops with the first frame that shows the element.
MEASURE_CLICK = """([link, content]) => new Promise((resolve, reject) => {
    const start = performance.now();
    setTimeout(() => reject(new Error(`No ${content}`)), 20_000);
    document.querySelector(link).click();
    const look = () => [...document.querySelectorAll(content)].some(e => e.checkVisibility())
        ? resolve(performance.now() - start) : requestAnimationFrame(look);
    look();
})"""
API = re.compile(r"/api/v1/([^?]*)(?:\?(.*))?$")


@pytest.fixture
def reader(open_window: Callable[..., Window], stack: Site) -> Window:
    """A member with posts of a friend, a notification and a message."""
    window = open_window().sign_up(new_name("reader"))
    me, friend = sign_in(stack, window.name), sign_up(stack, new_name("friend"))
    me.call("PUT", f"users/{friend.id}/follow")
    for number in range(25):
        friend.create_post(f"Post {number} of {friend.username}")
    friend.call("PUT", f"users/{me.id}/follow")
    friend.send_message(me, "Hello")
    window.page.reload()
    window.wait_until_live()
    expect(window.page.locator("article.post").nth(19)).to_be_attached()
    return window


def api_calls(page: Page) -> list[str]:
    """Return a list that receives the path of each read of the API from now on."""
    calls: list[str] = []

    def record(request: Request) -> None:
        if request.method == "GET" and (match := API.search(request.url)):
            calls.append(match[1])

    page.on("request", record)
    return calls


def test_the_first_load_takes_few_requests(open_window: Any, stack: Site) -> None:
    user = open_window().sign_up(new_name("loader"))
    sign_up(stack, new_name("author")).create_post("To be loaded")
    requests: list[str] = []
    user.page.on("request", lambda request: requests.append(request.url))
    user.page.reload()
    expect(user.post("To be loaded").first).to_be_visible()
    user.wait_until_live()
    own = {url for url in requests if "/media/" not in url and "/avatars/" not in url}
    print(f"\nfirst load: {len(own)} requests besides pictures")
    assert len(own) <= MAX_FIRST_LOAD_REQUESTS, own


def test_the_first_load_on_a_slow_network(open_window: Any, stack: Site) -> None:
    """Print the time to the first post on slow 3G, without and with the files in the cache."""
    user = open_window().sign_up(new_name("remote"))
    sign_up(stack, new_name("author")).create_post("Far away")
    print()
    for files in ("new", "kept"):
        page = user.page.context.new_page()
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": files == "new"})
        network.send("Network.emulateNetworkConditions", SLOW_3G)
        page.goto(user.page.url, wait_until="commit")
        expect(page.locator("article.post").first).to_be_visible()
        ms = page.evaluate("performance.now()")
        print(f"first post on slow 3G, files {files}: {ms:.0f} ms")
        assert ms < MAX_SLOW_LOAD_MS
        page.close()


def test_views_are_shown_soon_after_a_click(reader: Window) -> None:
    page = reader.page
    author = "article.post .name"
    steps = [
        ("Following", ".tabs a[href$=home]", ".posts > article.post"),
        ("Profile of a friend", author, ".profile h1"),
        ("Notifications", ".main-nav a[href$=notifications]", ".notification"),
        ("Chat", ".main-nav a[href$=chat]", ".conversations li"),
        ("Search", ".main-nav a[href$=search]", ".user-row"),
        ("Everyone", ".main-nav a:first-child", ".posts > article.post"),
    ]
    print()
    for visit in ("new", "seen before"):
        for name, link, content in steps:
            ms = page.evaluate(MEASURE_CLICK, [link, content])
            print(f"{name} ({visit}): {ms:.0f} ms")
            assert ms < MAX_CLICK_MS, name
            expect(page.locator("#view [aria-busy=true]")).to_have_count(0)


def test_a_page_of_posts_is_read_once_and_no_post_by_itself(reader: Window, stack: Site) -> None:
    calls = api_calls(reader.page)
    reader.page.locator(".tabs a[href$=home]").click()
    expect(reader.page.locator("article.post").nth(19)).to_be_attached()
    expect(reader.page.locator("#view [aria-busy=true]")).to_have_count(0)
    assert [path for path in calls if path.startswith("posts")].count("posts/home") <= 2  # 2 pages
    reader.write_post("Mine, at once")
    expect(reader.post("Mine, at once")).to_have_count(1)
    friend = sign_up(stack, new_name("another"))
    friend.create_post("Before the follow")
    sign_in(stack, reader.name).call("PUT", f"users/{friend.id}/follow")
    # The follow loads the list again, which removes the button of the posts that it includes.
    expect(reader.post("Before the follow")).to_have_count(1)
    friend.create_post("New from another")
    expect(reader.new_posts_button).to_be_visible()
    reader.show_new_posts()
    expect(reader.post("New from another")).to_have_count(1)
    assert [path for path in calls if re.match(r"posts/[0-9a-f]{24}", path)] == []


def test_a_view_that_was_open_is_shown_before_the_server_responds(reader: Window) -> None:
    page = reader.page
    reader.open_section("Notifications")
    expect(page.locator(".notification").first).to_be_visible()
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/api/v1/posts?*", hold)
    reader.open_section("Feed")
    expect(page.locator("article.post").first).to_be_visible()
    assert held != []
    for route in held:
        route.continue_()
    expect(page.locator("#view [aria-busy=true]")).to_have_count(0)


def test_a_reaction_between_the_read_and_the_subscription_is_shown(
    reader: Window, stack: Site
) -> None:
    author = sign_up(stack, new_name("missed"))
    post = author.create_post("Liked in between")
    page = reader.page
    reader.open_section("Notifications")

    def respond_late(route: Any) -> None:
        response = route.fetch()
        author.call("PUT", f"posts/{post}/reaction", {"type": "wow"})
        route.fulfill(response=response)

    page.route("**/api/v1/posts?*", respond_late)
    reader.open_section("Feed")
    expect(reader.reaction_count("Liked in between", "wow")).to_have_text("1")


def test_posts_of_a_blocked_member_are_not_shown_from_the_cache(
    reader: Window, stack: Site
) -> None:
    author = sign_up(stack, new_name("regretful"))
    post = author.create_post("Soon gone")
    reader.show_new_posts()
    expect(reader.post("Soon gone")).to_have_count(1)
    reader.open_section("Notifications")
    blocker = sign_in(stack, reader.name)
    blocker.call("PUT", f"users/{author.id}/block")
    expect(reader.inspector_events("block.created")).to_have_count(1)
    reader.page.route("**/api/v1/posts?*", lambda route: None)
    reader.open_section("Feed")
    expect(reader.page.locator(".posts[aria-busy=true]")).to_have_count(1)
    expect(reader.post("Soon gone")).to_have_count(0)
    assert post


def test_a_view_waits_for_its_code_and_says_when_it_does_not_come(reader: Window) -> None:
    page = reader.page
    reader.allow_connection_errors = True
    page.route("**/later.js", lambda route: route.abort())
    page.goto(f"{page.url}settings")
    expect(page.get_by_text("This part of the page could not be loaded.")).to_be_visible()
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.unroute("**/later.js")
    page.route("**/later.js", hold)
    page.reload()
    reader.wait_until_live()
    expect(page.get_by_role("heading", name="Settings")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_label("About you")).to_be_visible()
    expect(page).to_have_title("Settings · MySocial")
