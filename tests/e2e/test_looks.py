"""Layout, contrast and accessibility of the page, and the inspector."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.people import Site, new_name, sign_in
from tests.e2e.values import expect_value
from tests.e2e.window import Window
from tests.support.servers import PASSWORD

PHONE = {"width": 360, "height": 740}
# Texts with a contrast below WCAG 2 AA to the first opaque background behind them.
FIND_LOW_CONTRAST = """() => {
    const parse = color => color.match(/[\\d.]+/g).map(Number);
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) =>
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const backgroundOf = element => {
        for (; element; element = element.parentElement) {
            const color = parse(getComputedStyle(element).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const results = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !element.checkVisibility() || element.closest(".visually-hidden")) continue;
        const pair = [parse(getComputedStyle(element).color), backgroundOf(element)].map(luminance);
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        const text = element.textContent.trim().slice(0, 30);
        if (ratio < 4.5) results.push([element.className || element.tagName, text, ratio]);
    }
    return results;
}"""
# Controls without an accessible name, in an ARIA snapshot.
UNNAMED = r"^\s*- (button|link|textbox|combobox|checkbox|searchbox|img)(?: \[.*\])?:?$"
# Elements beyond the right edge of the window.
FIND_OVERFLOWING = """() => [...document.querySelectorAll("#view *, .page-header *, .main-nav *")]
    .filter(element => element.checkVisibility() && !element.closest(".visually-hidden, .tabs"))
    .filter(element => getComputedStyle(element).clipPath === "none")
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.className || element.tagName)"""
SCROLL_OVERFLOW_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def post_with_comments(stack: Site) -> str:
    """Return the text of a post with two comments and a reaction."""
    text = f"Hello, world. It is {new_name('day')}."
    alice, bob = sign_in(stack, "alice"), sign_in(stack, "bob")
    post = alice.create_post(text)
    bob.call("POST", f"posts/{post}/comments", {"text": "Welcome!"})
    bob.call("PUT", f"posts/{post}/reaction", {"type": "love"})
    alice.call("POST", f"posts/{post}/comments", {"text": "Thank you, that is kind."})
    return text


def create_routes(stack: Site) -> dict[str, str]:
    """Create content for alice. Return the route of each view by name."""
    alice, bob = sign_in(stack, "alice"), sign_in(stack, "bob")
    bob.call("POST", "chat/messages", {"receiver_id": alice.id, "text": "Eight it is. " * 9})
    post = alice.create_post("What is there to see?")
    comment = bob.call("POST", f"posts/{post}/comments", {"text": "This."})["comment"]["id"]
    alice.call("POST", f"posts/{post}/comments", {"text": "Yes.", "parent_id": comment})
    alice.call("PUT", f"comments/{comment}/reaction", {"type": "love"})
    alice.call("PUT", f"posts/{post}/bookmark")
    alice.call("PUT", f"posts/{post}/pin")
    return {
        "feed": "",
        "home": "home",
        "post": f"posts/{post}",
        "profile": f"people/{alice.id}",
        "followers": f"people/{alice.id}/followers",
        "pictures": f"people/{alice.id}/pictures",
        "other": f"people/{bob.id}",
        "search": "search/a",
        "notifications": "notifications",
        "conversations": "chat",
        "chat": f"chat/{bob.id}",
        "reactions": f"people/{alice.id}/reactions",
        "bookmarks": "bookmarks",
        "settings": "settings",
        "settings-privacy": "settings/privacy",
        "settings-notifications": "settings/notifications",
        "settings-account": "settings/account",
        "settings-security": "settings/security",
        "reports": "reports",
        "requests": "requests",
        "blocked": "blocked",
        "muted": "muted",
    }


def expect_no_overflow(user: Window, name: str = "") -> None:
    """Expect that the page does not scroll sideways."""
    expect_value(lambda: user.page.evaluate(SCROLL_OVERFLOW_PX), 0, name)


def visit(user: Window, route: str) -> None:
    """Open a view and wait until it is loaded."""
    user.open_route(route)
    expect(user.page.locator("#view [aria-busy=true]")).to_have_count(0)


def expect_contrast(user: Window, name: str) -> None:
    """Expect that all texts have enough contrast; buttons have a transition."""
    expect_value(lambda: user.page.evaluate(FIND_LOW_CONTRAST), [], name)
    user.take_screenshot(name)


def expect_contrast_in_both_schemes(user: Window, name: str) -> None:
    """Expect that all texts have enough contrast in the light and in the dark color scheme."""
    for scheme in ("dark", "light"):
        user.page.emulate_media(color_scheme=scheme)
        expect_contrast(user, f"{name}-{scheme}")


@pytest.mark.timeout(150)
def test_every_view_has_enough_contrast_and_named_controls(open_window, stack):
    user = open_window().sign_in("alice")
    for name, route in create_routes(stack).items():
        visit(user, route)
        expect_contrast_in_both_schemes(user, name)
        snapshot = user.page.locator("body").aria_snapshot()
        assert re.findall(UNNAMED, snapshot, re.MULTILINE) == [], name
        expect(user.page.locator("#view h1")).to_have_count(1)
    visit(user, create_routes(stack)["chat"])
    user.page.locator(".more-actions").last.click()
    expect_contrast_in_both_schemes(user, "actions")


@pytest.mark.timeout(120)
def test_every_view_fits_on_a_phone(open_window, stack):
    user = open_window(viewport=PHONE, has_touch=True, is_mobile=True).sign_in("alice")
    for name, route in create_routes(stack).items():
        visit(user, route)
        expect_no_overflow(user, name)
        expect_value(lambda: user.page.evaluate(FIND_OVERFLOWING), [], name)
        if "SCREENSHOTS" in os.environ:
            expect_contrast_in_both_schemes(user, f"phone-{name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_and_feed_have_enough_contrast_in_both_color_schemes(
    open_window, post_with_comments, scheme
):
    user = open_window(color_scheme=scheme)
    expect(user.page.locator("#signin-page")).to_be_visible()
    expect_contrast(user, f"signin-{scheme}")
    user.sign_in("alice")
    user.open_comments(post_with_comments)
    expect(user.comments(post_with_comments)).to_have_count(2)
    user.page.mouse.move(0, 0)
    expect_contrast(user, f"signed-in-{scheme}")


def test_sign_in_feed_and_inspector_fit_on_a_phone(open_window, post_with_comments):
    user = open_window(viewport=PHONE, has_touch=True, is_mobile=True)
    expect(user.page.locator("#signin-page")).to_be_visible()
    user.take_screenshot("phone-signin")
    expect_no_overflow(user)
    user.sign_in("bob")
    expect(user.page.locator("article.post").first).to_be_visible()
    user.take_screenshot("phone-signed-in")
    expect_no_overflow(user)
    user.write_post("A" * 300)
    expect(user.post("AAAA").first).to_be_visible()
    user.open_comments(post_with_comments)
    expect_no_overflow(user)
    user.take_screenshot("phone-post")
    user.page.get_by_role("button", name="Developers").click()
    user.take_screenshot("phone-menu")
    expect(user.page.locator("#inspector")).to_be_hidden()  # nobody opened it
    user.page.get_by_role("button", name="Inspector").click()
    expect(user.page.locator("#inspector")).to_be_visible()
    expect_no_overflow(user)
    user.take_screenshot("phone-inspector")


def test_the_inspector_shows_requests_and_events(open_window, stack):
    user = open_window().sign_in("carol")
    user.open_inspector()
    expect(user.page.locator("#calls .call").filter(has_text="/api/v1/signin")).to_have_count(1)
    sign_in(stack, "alice").create_post("Seen by the inspector")
    event = user.page.locator("#events .event").filter(has_text="post.created").first
    event.click()
    expect(event.locator("pre")).to_contain_text('"text": "Seen by the inspector"')
    request = user.page.locator("#calls .call").filter(has_text="/api/v1/posts?limit=20").first
    expect(request).to_have_text(
        re.compile(r"^GET/api/v1/posts\?limit=20200\d+ ms[0-9a-f]{8}:\d{16}$")
    )


@pytest.mark.only_at("up", "runserver", reason="The page offers demo users with DEBUG only.")
def test_sign_in_as_a_demo_user_by_keyboard(open_window):
    user = open_window()
    button = user.page.get_by_role("button", name="bob", exact=True)
    expect(button).to_be_visible()
    button.focus()
    user.page.keyboard.press("Enter")
    user.wait_until_live()
    expect(user.page.locator("#current-user")).to_have_text("bob")


def test_posting_and_reacting_by_keyboard(open_window):
    user = open_window()
    expect(user.page.locator("#signin-page")).to_be_visible()
    user.page.get_by_label("Username or e-mail").focus()
    user.page.keyboard.type("bob")
    user.page.keyboard.press("Tab")
    user.page.keyboard.type(PASSWORD)
    user.page.keyboard.press("Enter")
    user.wait_until_live()
    user.page.get_by_label("Your post").focus()
    user.page.keyboard.type("By hand")
    user.page.keyboard.press("Control+Enter")
    expect(user.post("By hand").first).to_be_visible()
    user.page.locator("#main-nav").get_by_role("link", name="Profile").focus()
    user.page.keyboard.press("Enter")
    expect(user.page.get_by_role("heading", name="bob")).to_be_focused()
    expect(user.post("By hand").first).to_be_visible()
    user.post("By hand").first.get_by_role("button", name="React").focus()
    user.page.keyboard.press("Enter")
    expect(user.post("By hand").first.get_by_role("button", name="like")).to_be_focused()
    user.page.keyboard.press("Space")
    expect(user.reaction_count("By hand", "like").first).to_have_text("1")
