"""Fixtures of the browser tests: one site, one Chromium, and a window for each user.

The site is `manage.py up`. With `--layout=runserver` its web process is `manage.py runserver`. With
`--layout=production` it is two replicas of each server behind a proxy with TLS, and one replica of
each is killed half-way through the tests.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from mysocial.dev.processes import free_port
from tests.e2e.people import Site, sign_up
from tests.e2e.window import Window, closing_windows
from tests.support.production import Production, ProxyMissing
from tests.support.runserver import RunserverStack
from tests.support.servers import FOLDER
from tests.support.stack import START_TIMEOUT_SECONDS, Stack

UP, RUNSERVER, PRODUCTION = "up", "runserver", "production"
DEMO_USERNAMES = ("alice", "bob", "carol", "dora")
NO_BROWSER = (
    "Chromium was not found. Install it (apt-get install chromium) or set CHROMIUM to its path."
)
NO_PROXY = "Caddy was not found. Install it (apt-get install caddy)."
FRONT_END_PORT = free_port()
FRONT_END = f"http://localhost:{FRONT_END_PORT}"  # the pages of `test_front_end.py`
# Access tokens expire several times during the tests.
SETTINGS = {"ACCESS_TOKEN_SECONDS": "15", "RATE_LIMITS": "0", "WEB_INSPECTOR": "1"}


def pytest_addoption(parser: pytest.Parser) -> None:
    layouts = [UP, RUNSERVER, PRODUCTION]
    parser.addoption("--layout", choices=layouts, default=UP, help="layout of the site")


@pytest.hookimpl(trylast=True)  # after the tests were shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests of the other layout. Move the tests that kill replicas to the middle."""
    layout = config.getoption("--layout")
    if items and not items[0].get_closest_marker("timeout"):
        items[0].add_marker(pytest.mark.timeout(START_TIMEOUT_SECONDS * 2))  # it starts the site
    marked = [(item, mark) for item in items if (mark := item.get_closest_marker("only_at"))]
    for item, mark in marked:
        if layout not in mark.args:
            item.add_marker(pytest.mark.skip(reason=mark.kwargs["reason"]))
        elif layout == PRODUCTION:
            items.remove(item)
            items.insert(len(items) // 2, item)


@pytest.fixture(scope="session", autouse=True)
def _servers() -> Iterator[None]:
    """Do not start servers: these tests use a site of their own."""
    yield
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _emptied_servers() -> None:
    """Do not empty the stores: each test has its own users, or finds its posts by their text."""


@pytest.fixture(autouse=True)
def _verified() -> None:
    """Do not check the stored data: the tests of the server do."""


@pytest.fixture(scope="module", autouse=True)
def _indexed() -> None:
    """Do not check MongoDB's query plans: the tests of the server do."""


@pytest.fixture(autouse=True)
def _events_match_schema() -> None:
    """Do not check events against their schema: the tests of the server do."""


@pytest.fixture(scope="session")
def stack(_servers: None, pytestconfig: pytest.Config) -> Iterator[Site]:
    """The running site."""
    with ExitStack() as exit_stack:  # also stops a site that did not start in time
        layout = pytestconfig.getoption("--layout")
        if layout != PRODUCTION:
            kind = Stack if layout == UP else RunserverStack
            up = exit_stack.enter_context(kind("e2e", **SETTINGS))
            origins = (up.public_url, up.url, FRONT_END)
            up.settings["ALLOWED_ORIGINS"] = ",".join(origins)
            yield up.start(workers=False)
            return
        try:
            site = Production(tls=True, **SETTINGS)
        except ProxyMissing:
            pytest.exit(NO_PROXY, returncode=2)
        exit_stack.enter_context(site)
        for username in DEMO_USERNAMES:  # `up` creates them itself
            sign_up(site, username)
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.exit(NO_BROWSER, returncode=1)
    with sync_playwright() as playwright:
        # Build machines often run as root, for which Chromium does not start its sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_window(stack: Site, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Return a function that opens a window. At the end, no window may have console errors."""
    with closing_windows() as windows:

        def open_one_window(**options: object) -> Window:
            # The proxy's certificate is signed by an authority that no browser trusts.
            context = chromium.new_context(ignore_https_errors=True, **options)  # type: ignore[arg-type]
            windows.append(Window(context.new_page(), f"{stack.public_url}/"))
            return windows[-1]

        yield open_one_window
