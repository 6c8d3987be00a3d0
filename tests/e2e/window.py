"""Browser window of the web client: the actions of a user and the locators of what is shown."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.support.servers import PASSWORD

DEFAULT_TIMEOUT_MS = 30_000  # long, because the tests share two cores with all of `up`
RECONNECT_TIMEOUT_MS = 45_000  # a client waits up to 30 s before it reconnects
STATUS_ERROR = "the server responded with a status of "
# A proxy responds with 502 or 504 for a server that was killed, and with 503 once it knows that no
# server is left. A token that expires meanwhile causes a 401.
OUTAGE_STATUS_ERRORS = tuple(f"{STATUS_ERROR}{code}" for code in (401, 502, 503, 504))
CONNECTION_ERRORS = ("net::ERR_", "WebSocket connection to", *OUTAGE_STATUS_ERRORS)
CLIENT_ERROR = f"{STATUS_ERROR}4"
OPEN_ROUTE = """path => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
}"""
expect.set_options(timeout=DEFAULT_TIMEOUT_MS)


@contextmanager
def closing_windows() -> Iterator[list["Window"]]:
    """Yield a list for windows. Close them at the end and assert that none has console errors."""
    windows: list[Window] = []
    yield windows
    for window in windows:
        window.page.context.close()
    errors = [error for window in windows for error in window.console_errors]
    assert errors == [], errors


class Window:
    """Browser window with its own session.

    `console_errors` collects JavaScript errors, failed requests and policy violations. A test that
    causes such errors sets `allow_connection_errors` or `allow_client_errors` first.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.name = page, ""
        self.console_errors: list[str] = []
        self.allow_connection_errors = self.allow_client_errors = False
        page.set_default_timeout(DEFAULT_TIMEOUT_MS)
        page.on("console", self._on_console_message)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.goto(url)

    def _on_console_message(self, message: ConsoleMessage) -> None:
        text = message.text
        is_connection_error = any(error in text for error in CONNECTION_ERRORS)
        is_allowed = (self.allow_connection_errors and is_connection_error) or (
            self.allow_client_errors and CLIENT_ERROR in text
        )
        if message.type in {"error", "warning"} and not is_allowed:
            self.console_errors.append(f"{text} {message.location['url']}")

    # Actions ------------------------------------------------------------------------------------

    def sign_in(self, username: str) -> "Window":
        """Sign in as a demo user: with one click, where the page offers it."""
        page, self.name = self.page, username
        expect(page.locator("#signin-page")).to_be_visible()
        demo_button = page.get_by_role("button", name=username, exact=True)
        if demo_button.count():
            demo_button.click()
        else:
            page.get_by_label("Username or e-mail").fill(username)
            page.locator("#signin").get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
        return self.wait_until_live()

    def sign_up(self, username: str, *, window_only: bool = False) -> "Window":
        page, self.name = self.page, username
        page.get_by_label("Sign in for this window only").set_checked(window_only)
        page.get_by_role("button", name="Create an account").click()
        page.get_by_label("Username", exact=True).fill(username)
        page.get_by_label("E-mail address", exact=True).fill(f"{username}@example.com")
        page.locator("#signup").get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign up").click()
        return self.wait_until_live()

    def write_post(self, text: str, privacy: str = "Everyone") -> None:
        """Write a post and wait until the server has accepted it."""
        self.submit_post(text, privacy)
        expect(self.page.get_by_label("Your post")).to_have_value("")

    def submit_post(self, text: str, privacy: str = "Everyone") -> None:
        self.page.get_by_label("Your post").fill(text)
        self.page.get_by_label("Who can see it").select_option(privacy)
        self.page.get_by_role("button", name="Post", exact=True).click()

    def react(self, post_text: str, reaction: str) -> None:
        """Choose a reaction; the same one again removes it."""
        post = self.post(post_text)
        post.locator(".reaction-button").click()
        post.get_by_role("button", name=reaction, exact=True).click()

    def choose_action(self, post_text: str, name: str, *, confirm: bool = False) -> None:
        """Choose an action of the menu of a post, and confirm it."""
        self.post(post_text).get_by_role("button", name="Post actions").click()
        self.post(post_text).get_by_role("menuitem", name=name).click()
        if confirm:
            self.confirm()

    def confirm(self) -> None:
        """Confirm the question of a dialog."""
        self.page.locator("dialog .danger").click()

    def comment(self, post_text: str, comment_text: str) -> None:
        self.open_comments(post_text)
        self.post(post_text).get_by_label("Comment", exact=True).fill(comment_text)
        self.post(post_text).get_by_role("button", name="Send").click()

    def open_comments(self, post_text: str) -> None:
        button = self.comments_button(post_text)
        if button.get_attribute("aria-expanded") == "false":
            button.click()

    def show_new_posts(self) -> None:
        self.new_posts_button.click()

    def open_route(self, route: str) -> None:
        """Open a route, which is the path of the address, without loading the page again."""
        self.page.evaluate(OPEN_ROUTE, f"/{route}")

    def select_picture(self, label: str, content: bytes) -> None:
        """Select a picture in a file input."""
        file = {"name": "chosen.png", "mimeType": "image/png", "buffer": content}
        self.page.get_by_label(label).set_input_files([file])  # type: ignore[list-item]

    def click_button(self, name: str, *, confirm: bool = False) -> None:
        """Click a button, and confirm the question that it asks."""
        self.page.get_by_role("button", name=name, exact=True).click()
        if confirm:
            self.confirm()

    def open_section(self, name: str) -> None:
        """Open a section with the main navigation: Feed, Search, Notifications, Chat …"""
        self.page.locator("#main-nav").get_by_role("link", name=name).click()

    def scroll_to_post(self, text: str) -> None:
        """Scroll down until a post is loaded."""
        self.page.mouse.move(500, 400)
        while self.post(text).count() == 0:
            self.page.mouse.wheel(0, 6000)
            self.page.wait_for_timeout(100)

    def open_tab(self, name: str) -> None:
        """Open a tab of a profile, such as `followers`, or of the feed: `everyone` or `home`."""
        self.page.locator(f".tabs [data-tab={name}]").click()

    def open_settings(self, tab: str) -> None:
        """Open a tab of the settings: `profile`, `privacy`, `account` …"""
        self.open_section("Settings")
        self.open_tab(tab)

    def open_inspector(self) -> None:
        self.page.get_by_role("button", name="Developers").click()
        self.page.get_by_role("button", name="Inspector").click()

    # State --------------------------------------------------------------------------------------

    def wait_until_live(self, timeout_ms: float = DEFAULT_TIMEOUT_MS) -> "Window":
        """Wait until the WebSocket is connected and up to date."""
        self.expect_live(timeout_ms)
        return self

    def expect_live(self, timeout_ms: float = DEFAULT_TIMEOUT_MS) -> None:
        state = self.page.locator("#connection-state")
        expect(state).to_have_attribute("data-state", "live", timeout=timeout_ms)

    @property
    def new_posts_button(self) -> Locator:
        return self.page.locator(".new-posts button")

    def post(self, text: str) -> Locator:
        return self.page.locator("article.post").filter(has_text=text)

    def comments_button(self, post_text: str) -> Locator:
        return self.post(post_text).locator(".comments-button")

    def reaction_count(self, post_text: str, reaction: str) -> Locator:
        return self.post(post_text).locator(f".reaction-totals [data-reaction={reaction}] .count")

    def comments(self, post_text: str) -> Locator:
        return self.post(post_text).locator(".comments .text")

    def inspector_events(self, event_type: str) -> Locator:
        """Return the lines of the inspector for events of a type."""
        return self.page.locator("#events .type").filter(has_text=event_type)

    def unread_count(self, section: str) -> Locator:
        """Return the unread count in the main navigation, of `notifications` or `chat`."""
        return self.page.locator(f"#{section}-count")

    def event_ids(self) -> list[str]:
        """Return the event ids that the inspector shows, newest first."""
        return self.page.locator("#events .event .cursor").all_inner_texts()

    def take_screenshot(self, name: str) -> None:
        """Save a screenshot if the environment variable SCREENSHOTS names a folder."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))
