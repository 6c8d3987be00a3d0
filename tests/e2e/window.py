"""What a person does in a window of the web client, and what they see there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.servers import PASSWORD

SOON = 30_000  # ms; two cores are shared with all of `up`
STATUS = "the server responded with a status of "
# A proxy says 502 or 504 for whoever was killed behind it, and 503 once it knows that nobody lives
# there. A token that wears out meanwhile is not taken: 401.
MEANWHILE = tuple(f"{STATUS}{code}" for code in (401, 502, 503, 504))
LOST = ("net::ERR_", "WebSocket connection to", *MEANWHILE)
REFUSED = f"{STATUS}4"
expect.set_options(timeout=SOON)


@contextmanager
def watched() -> Iterator[list["Window"]]:
    """Yield a list for the windows of a test; at its end none may have complained."""
    opened: list[Window] = []
    yield opened
    for one in opened:
        one.page.context.close()
    complaints = [said for one in opened for said in one.complaints]
    assert complaints == [], complaints


class Window:
    """One page, with its own tokens; `complaints` are its errors, CSP violations included."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.name = page, ""
        self.complaints: list[str] = []
        self.may_lose_the_server = self.may_be_refused = False
        page.set_default_timeout(SOON)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)

    def _said(self, message: ConsoleMessage) -> None:
        lost = self.may_lose_the_server and any(one in message.text for one in LOST)
        refused = self.may_be_refused and REFUSED in message.text
        if message.type in {"error", "warning"} and not lost and not refused:
            self.complaints.append(message.text)

    # What one does ------------------------------------------------------------------------------

    def enter(self, username: str) -> "Window":
        """Come in as one of the demo people: by a click, where the page offers that."""
        page, self.name = self.page, username
        expect(page.locator("#signin-page")).to_be_visible()
        click = page.get_by_role("button", name=username, exact=True)
        if click.count():
            click.click()
        else:
            page.get_by_label("Username or e-mail").fill(username)
            page.locator("#signin").get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
        return self.lives()

    def sign_up(self, username: str) -> "Window":
        page, self.name = self.page, username
        page.get_by_role("button", name="Create an account").click()
        page.get_by_label("Username", exact=True).fill(username)
        page.get_by_label("E-mail address", exact=True).fill(f"{username}@example.com")
        page.locator("#signup").get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign up").click()
        return self.lives()

    def write(self, text: str, privacy: str = "Everyone") -> None:
        """Write a post; return when the server has it."""
        self.begin_to_write(text, privacy)
        expect(self.page.get_by_label("Your post")).to_have_value("")

    def begin_to_write(self, text: str, privacy: str = "Everyone") -> None:
        self.page.get_by_label("Your post").fill(text)
        self.page.get_by_label("Who can see it").select_option(privacy)
        self.page.get_by_role("button", name="Post", exact=True).click()

    def react(self, text: str, kind: str) -> None:
        self.post(text).get_by_role("button", name=kind).click()

    def comment(self, text: str, words: str) -> None:
        self.open_comments(text)
        self.post(text).get_by_label("Comment", exact=True).fill(words)
        self.post(text).get_by_role("button", name="Send").click()

    def open_comments(self, text: str) -> None:
        opener = self.opener(text)
        if opener.get_attribute("aria-expanded") == "false":
            opener.click()

    def show_new(self) -> None:
        self.fresh.click()

    def at(self, place: str) -> None:
        """Go to a place, as by a link: what stands after `#/`."""
        self.page.evaluate("place => { location.hash = `#/${place}` }", place)

    def choose(self, label: str, content: bytes) -> None:
        """Choose a picture."""
        chosen = {"name": "chosen.png", "mimeType": "image/png", "buffer": content}
        self.page.get_by_label(label).set_input_files([chosen])  # type: ignore[list-item]

    def press(self, name: str, *, twice: bool = False) -> None:
        """Press a button; twice, if it asks whether one means it."""
        self.page.get_by_role("button", name=name, exact=True).click()
        if twice:
            self.page.get_by_role("button", name="Are you sure?").click()

    def go(self, name: str) -> None:
        """Take one of the ways beside the page: Feed, Search, Notifications, Chat …"""
        self.page.locator("#main-nav").get_by_role("link", name=name).click()

    def scroll_to(self, text: str) -> None:
        """Scroll down until a post is there."""
        self.page.mouse.move(500, 400)
        while self.post(text).count() == 0:
            self.page.mouse.wheel(0, 6000)
            self.page.wait_for_timeout(100)

    def tab(self, name: str) -> None:
        self.page.locator(".tabs").get_by_role("link", name=name).click()

    # What one sees ------------------------------------------------------------------------------

    def lives(self, within: float = SOON) -> "Window":
        """Return when the socket is live."""
        expect(self.page.locator("#connection-state")).to_have_text("Live", timeout=within)
        return self

    @property
    def fresh(self) -> Locator:
        """What says that there are new posts."""
        return self.page.locator(".new-posts button")

    def post(self, text: str) -> Locator:
        return self.page.locator("article.post").filter(has_text=text)

    def opener(self, text: str) -> Locator:
        return self.post(text).locator("footer > button")

    def total(self, text: str, kind: str) -> Locator:
        return self.post(text).locator(f"[data-reaction={kind}] .count")

    def comments(self, text: str) -> Locator:
        return self.post(text).locator(".comments .text")

    def heard(self, kind: str) -> Locator:
        """Return the lines of the inspector for events of a type."""
        return self.page.locator("#events .type").filter(has_text=kind)

    def unread(self, of: str) -> Locator:
        """Return the count beside the way to notifications or to chat."""
        return self.page.locator(f"#{of}-count")

    def cursors(self) -> list[str]:
        """Return the ids of the events that the inspector shows, newest first."""
        return self.page.locator("#events .event .cursor").all_inner_texts()

    def shoot(self, name: str) -> None:
        """Take a picture, where somebody wants them."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))
