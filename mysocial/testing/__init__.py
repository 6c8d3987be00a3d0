"""The pytest plugin for tests of apps: servers, people, sockets and a running site.

    EXTRA_APPS=bookmarks python -m pytest -p mysocial.testing bookmarks

Or `pytest_plugins = ["mysocial.testing"]` in the `conftest.py` at the root of the tests, with
`DJANGO_SETTINGS_MODULE = "mysocial.testing.settings"` in the configuration of pytest.
`docs/apps.md` lists the fixtures.

PYTEST_DONT_REWRITE: the settings import this package before pytest does.
"""

import os
from importlib import import_module

import django
import pytest

# The import of `mysocial` has set the default.
if os.environ.get("DJANGO_SETTINGS_MODULE", "mysocial.settings") == "mysocial.settings":
    os.environ["DJANGO_SETTINGS_MODULE"] = "mysocial.testing.settings"


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures, which import models: Django's settings are loaded by now."""
    config.addinivalue_line(
        "markers", "tampers: the test leaves the servers in a state that nobody could bring them to"
    )
    django.setup()
    fixtures = import_module("mysocial.testing.fixtures")
    if not config.pluginmanager.is_registered(fixtures):
        config.pluginmanager.register(fixtures)
