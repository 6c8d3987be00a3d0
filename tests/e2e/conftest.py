"""One `manage.py up` and one Chromium for all browser tests; each person has a window."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.window import Window, watched
from tests.servers import FOLDER
from tests.stack import Stack

MISSING = "There is no Chromium: apt-get install chromium, or say where one is by CHROMIUM."


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
def stack(_servers: None) -> Iterator[Stack]:
    """The site, with access tokens that are worn out several times in a minute."""
    os.environ["ACCESS_TOKEN_SECONDS"] = "15"
    with Stack("e2e") as site:  # ended also when it did not start in time
        yield site.start(workers=False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        pytest.exit(MISSING, returncode=1)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, whom build machines often run as.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def window(stack: Stack, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Open windows; at the end of the test none may have complained."""
    with watched() as opened:

        def open_window(**options: object) -> Window:
            context = chromium.new_context(**options)  # type: ignore[arg-type]
            # By the name that PUBLIC_URL has, as a person who reads the panel of `up`.
            opened.append(Window(context.new_page(), f"http://localhost:{stack.port}/"))
            return opened[-1]

        yield open_window
