"""Two replicas of each door behind Caddy with a certificate of its own, and one Chromium."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import _described, _empty, _indexed, _servers, _verified, chromium
from tests.e2e.window import Window, watched
from tests.production import Production

__all__ = ["_described", "_empty", "_indexed", "_servers", "_verified", "chromium"]
MISSING = "There is no Caddy: apt-get install caddy."


@pytest.fixture(scope="session")
def site(_servers: None) -> Iterator[Production]:
    if not shutil.which("caddy"):
        pytest.exit(MISSING, returncode=2)
    with Production(tls=True) as running:
        yield running


@pytest.fixture
def window(site: Production, chromium: Browser) -> Iterator[Callable[[], Window]]:
    """Open windows; at the end of the test none may have complained."""
    with watched() as opened:

        def open_window() -> Window:
            # Nobody on this machine trusts the proxy's own authority; all else of TLS is as ever.
            context = chromium.new_context(ignore_https_errors=True)
            opened.append(Window(context.new_page(), f"{site.url}/"))
            return opened[-1]

        yield open_window
