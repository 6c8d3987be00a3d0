"""One site and one Chromium for all browser tests; each person has a window.

The site is `manage.py up`, or with `--layout=production` two replicas of each door behind a proxy
with TLS, one of each killed when half of the tests are done.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import Site, sign_up
from tests.e2e.window import Window, watched
from tests.support.production import Production, ProxyMissing
from tests.support.servers import FOLDER
from tests.support.stack import Stack

UP, PRODUCTION = "up", "production"
NO_BROWSER = "There is no Chromium: apt-get install chromium, or say where one is by CHROMIUM."
NO_PROXY = "There is no Caddy: apt-get install caddy."
# Tokens that are worn out several times in a minute.
SETTINGS = {"ACCESS_TOKEN_SECONDS": "15", "RATE_LIMITS": "0"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--layout", choices=[UP, PRODUCTION], default=UP, help="of the site")


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of the other layout; what kills replicas comes in the middle."""
    layout = config.getoption("--layout")
    bound = [(item, mark) for item in items if (mark := item.get_closest_marker("only_at"))]
    for item, mark in bound:
        if mark.args[0] != layout:
            item.add_marker(pytest.mark.skip(reason=mark.kwargs["reason"]))
        elif layout == PRODUCTION:
            items.remove(item)
            items.insert(len(items) // 2, item)


@pytest.fixture(scope="session", autouse=True)
def _servers() -> Iterator[None]:
    """Start none: these tests know the site by its pages only."""
    yield
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _empty() -> None:
    """Empty nothing: the people of a test are its own, or it knows its posts by their text."""


@pytest.fixture(autouse=True)
def _verified() -> None:
    """What the server keeps is looked at by its own tests."""


@pytest.fixture(scope="module", autouse=True)
def _indexed() -> None:
    """What it asks of MongoDB is looked at by its own tests."""


@pytest.fixture(autouse=True)
def _described() -> None:
    """What the server says is looked at by its own tests."""


@pytest.fixture(scope="session")
def stack(_servers: None, pytestconfig: pytest.Config) -> Iterator[Site]:
    """The site."""
    with ExitStack() as ends:  # ended also when it did not start in time
        if pytestconfig.getoption("--layout") == UP:
            yield ends.enter_context(Stack("e2e", **SETTINGS)).start(workers=False)
            return
        try:
            site = Production(tls=True, **SETTINGS)
        except ProxyMissing:
            pytest.exit(NO_PROXY, returncode=2)
        ends.enter_context(site)
        for name in ("alice", "bob", "carol", "dora"):  # whom `up` brings
            sign_up(site, name)
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        pytest.exit(NO_BROWSER, returncode=1)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, whom build machines often run as.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def window(stack: Site, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Open windows; at the end of the test none may have complained."""
    with watched() as opened:

        def open_window(**options: object) -> Window:
            # Nobody on this machine trusts the proxy's own authority; all else of TLS is as ever.
            context = chromium.new_context(ignore_https_errors=True, **options)  # type: ignore[arg-type]
            opened.append(Window(context.new_page(), f"{stack.public_url}/"))
            return opened[-1]

        yield open_window
