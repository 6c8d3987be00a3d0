"""How the page looks: on a phone, in the dark, by keyboard, to a developer."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.people import Site, new_name, sign_in
from tests.e2e.window import Window
from tests.servers import PASSWORD

PHONE = {"width": 360, "height": 740}
# The contrast of each text with the first opaque background behind it, as WCAG 2 counts it.
FAINT = """() => {
    const parse = color => color.match(/[\\d.]+/g).map(Number);
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) =>
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = element => {
        for (; element; element = element.parentElement) {
            const color = parse(getComputedStyle(element).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !element.checkVisibility() || element.closest(".visually-hidden")) continue;
        const pair = [parse(getComputedStyle(element).color), behind(element)].map(luminance);
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        const text = element.textContent.trim().slice(0, 30);
        if (ratio < 4.5) found.push([element.className || element.tagName, text, ratio]);
    }
    return found;
}"""
# What a reader of the page would announce as a button and no more.
NAMELESS = r"^\s*- (button|link|textbox|combobox|checkbox|searchbox|img)(?: \[.*\])?:?$"
# What reaches beyond the right edge of the window, where no one can scroll to it.
CUT = """() => [...document.querySelectorAll("#view *, .page-header *, .main-nav *")]
    .filter(one => one.checkVisibility() && !one.closest(".visually-hidden, .tabs"))
    .filter(one => getComputedStyle(one).clipPath === "none")
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.className || one.tagName)"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def talk(stack: Site) -> str:
    """Return the text of a post with two comments and a reaction."""
    text = f"Hello, world. It is {new_name('day')}."
    alice, bob = sign_in(stack, "alice"), sign_in(stack, "bob")
    post = alice.writes(text)
    bob.call("POST", f"posts/{post}/comments", {"text": "Welcome!"})
    bob.call("PUT", f"posts/{post}/reaction", {"type": "love"})
    alice.call("POST", f"posts/{post}/comments", {"text": "Thank you, that is kind."})
    return text


def places(stack: Site) -> dict[str, str]:
    """Return a name and the place of each view, as alice may see it."""
    alice, bob = sign_in(stack, "alice"), sign_in(stack, "bob")
    bob.call("POST", "chat/message", {"receiver_id": alice.id, "text": "Eight it is. " * 9})
    post = alice.writes("What is there to see?")
    bob.call("POST", f"posts/{post}/comments", {"text": "This."})
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
        "settings": "settings",
        "requests": "requests",
        "blocked": "blocked",
        "muted": "muted",
    }


def visit(one: Window, place: str) -> None:
    """Go to a view; return when it was read."""
    one.at(place)
    expect(one.page.locator("#view [aria-busy=true]")).to_have_count(0)


def faint(one: Window, name: str) -> list[Any]:
    """Return what can't be read well in light or in dark."""
    found = []
    for scheme in ("dark", "light"):
        one.page.emulate_media(color_scheme=scheme)
        one.page.wait_for_timeout(250)  # buttons fade
        one.shoot(f"{name}-{scheme}")
        found += one.page.evaluate(FAINT)
    return found


@pytest.mark.timeout(150)
def test_every_text_of_every_view_is_legible_and_all_that_is_used_has_a_name(window, stack):
    one = window().enter("alice")
    one.press("Close")
    for name, place in places(stack).items():
        visit(one, place)
        assert faint(one, name) == [], name
        tree = one.page.locator("body").aria_snapshot()
        assert re.findall(NAMELESS, tree, re.MULTILINE) == [], name
        assert one.page.locator("#view h1").count() == 1, name
    visit(one, places(stack)["chat"])
    one.page.locator(".more-actions").last.click()
    assert faint(one, "actions") == []


@pytest.mark.timeout(120)
def test_every_view_fits_on_a_phone(window, stack):
    one = window(viewport=PHONE, has_touch=True, is_mobile=True).enter("alice")
    for name, place in places(stack).items():
        visit(one, place)
        assert one.page.evaluate(WIDER) == 0, name
        assert one.page.evaluate(CUT) == [], name
        if "SCREENSHOTS" in os.environ:
            faint(one, f"phone-{name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible_in_light_and_dark(window, talk, scheme):
    one = window(color_scheme=scheme)
    expect(one.page.locator("#signin-page")).to_be_visible()
    one.shoot(f"door-{scheme}")
    assert one.page.evaluate(FAINT) == []
    one.enter("alice")
    one.open_comments(talk)
    expect(one.comments(talk)).to_have_count(2)
    one.page.locator("#events, #calls").first.wait_for()
    one.page.mouse.move(0, 0)
    one.page.wait_for_timeout(400)  # buttons fade
    one.shoot(f"room-{scheme}")
    assert one.page.evaluate(FAINT) == []


def test_a_phone_shows_everything_without_scrolling_sideways(window, talk):
    one = window(viewport=PHONE, has_touch=True, is_mobile=True)
    expect(one.page.locator("#signin-page")).to_be_visible()
    one.shoot("phone-door")
    assert one.page.evaluate(WIDER) == 0
    one.enter("bob")
    expect(one.page.locator("article.post").first).to_be_visible()
    one.shoot("phone-room")
    assert one.page.evaluate(WIDER) == 0
    one.write("A" * 300)
    expect(one.post("AAAA").first).to_be_visible()
    one.open_comments(talk)
    assert one.page.evaluate(WIDER) == 0
    one.shoot("phone-post")
    one.page.get_by_role("button", name="Developers").click()
    one.shoot("phone-menu")
    one.page.get_by_role("button", name="Inspector").click()
    expect(one.page.locator("#inspector")).to_be_visible()
    assert one.page.evaluate(WIDER) == 0
    one.shoot("phone-inspector")


def test_the_inspector_shows_each_call_and_each_event(window, stack):
    one = window().enter("carol")
    expect(one.page.locator("#calls .call").filter(has_text="/api/signin")).to_have_count(1)
    sign_in(stack, "alice").writes("Seen by the inspector")
    event = one.page.locator("#events .event").filter(has_text="post.created").first
    event.click()
    expect(event.locator("pre")).to_contain_text('"text": "Seen by the inspector"')
    call = one.page.locator("#calls .call").filter(has_text="/api/posts?limit=20").first
    expect(call).to_have_text(re.compile(r"^GET/api/posts\?limit=20200\d+ ms[0-9a-f]{8}:\d{16}$"))


@pytest.mark.only_at("up", reason="Nobody is offered a click as one of the demo people.")
def test_one_comes_in_as_one_of_the_demo_people_by_keyboard_alone(window):
    one = window()
    button = one.page.get_by_role("button", name="bob", exact=True)
    expect(button).to_be_visible()
    button.focus()
    one.page.keyboard.press("Enter")
    one.lives()
    expect(one.page.locator("#current-user")).to_have_text("bob")


def test_it_is_used_by_keyboard_alone(window):
    one = window()
    expect(one.page.locator("#signin-page")).to_be_visible()
    one.page.get_by_label("Username or e-mail").focus()
    one.page.keyboard.type("bob")
    one.page.keyboard.press("Tab")
    one.page.keyboard.type(PASSWORD)
    one.page.keyboard.press("Enter")
    one.lives()
    one.page.get_by_label("Your post").focus()
    one.page.keyboard.type("By hand")
    one.page.keyboard.press("Control+Enter")
    expect(one.post("By hand").first).to_be_visible()
    one.page.locator("#main-nav").get_by_role("link", name="Profile").focus()
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("heading", name="bob")).to_be_focused()
    expect(one.post("By hand").first).to_be_visible()
    one.post("By hand").first.get_by_role("button", name="like").focus()
    one.page.keyboard.press("Space")
    expect(one.total("By hand", "like").first).to_have_text("1")
