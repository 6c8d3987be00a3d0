"""The page of the web client as the server sends it; what it does is held by tests/e2e."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.*"))
MODULES = {STATIC / name for name in FILES}
MOST_LINES = 300


def page() -> str:
    return Client().get("/").content.decode()


def directives(**headers: str) -> dict[str, list[str]]:
    policy = Client().get("/", headers=headers)["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def test_demo_logins_are_shown_with_debug_only(settings):
    settings.DEBUG = True
    assert 'data-username="alice"' in page()
    assert settings.DEMO_PASSWORD in page()
    settings.DEBUG = False
    assert "alice" not in page()
    assert "data-username" not in page()
    assert settings.DEMO_PASSWORD not in page()


def test_staff_are_no_members_and_can_not_come_in_by_a_click(settings):
    settings.DEBUG = True
    assert set(re.findall(r'data-username="(\w+)"', page())) == {"alice", "bob", "carol", "dora"}
    assert "admin: " in page()


def test_newcomers_find_the_documents_and_the_admin(settings):
    settings.DEBUG = True
    found = set(re.findall(r'href="(/[^"]*)"', page()))
    places = {"/api/docs", "/api/asyncapi/docs", "/docs/errors", "/health/ready", "/admin/"}
    assert places | {"/devtools/emails"} <= found
    settings.DEBUG = False
    found = set(re.findall(r'href="(/[^"]*)"', page()))
    assert places <= found
    assert "/devtools/emails" not in found


def test_the_page_may_load_and_run_nothing_but_what_is_ours():
    assert directives() == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "https:", "http://localhost:8000", "data:"],
        "media-src": ["'self'", "https:", "http://localhost:8000"],
        "connect-src": ["'self'", "ws://testserver"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
    }


def test_behind_tls_the_socket_is_one_with_tls(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    found = directives(**{"Host": "testserver", "X-Forwarded-Proto": "https"})
    assert found["connect-src"] == ["'self'", "wss://testserver"]


def test_the_page_has_no_script_and_no_style_of_its_own():
    assert re.findall(r"<style|style=|<script(?![^>]* src=)|\son\w+=|javascript:", page()) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page()) == []


@pytest.mark.parametrize("name", FILES)
def test_its_files_are_found_without_being_collected_and_are_short(name):
    assert finders.find(name) is not None
    assert len((STATIC / name).read_text().splitlines()) <= MOST_LINES


def test_each_module_that_is_imported_exists_and_no_markup_is_made_of_data():
    for name in (one for one in FILES if one.endswith(".js")):
        source = (STATIC / name).read_text()
        for imported in re.findall(r'from "(.+?)"', source):
            assert (STATIC / name).parent.joinpath(imported).resolve() in MODULES, name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", source), name
