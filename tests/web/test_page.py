"""The page of the web client as the server renders it. tests/e2e tests its behavior."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
TEXTS = (".js", ".css", ".svg")
FILES = sorted(
    path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.*") if path.suffix in TEXTS
)
MODULES = {STATIC / name for name in FILES}
MAX_LINES = 300


def get_page() -> str:
    return Client().get("/").content.decode()


def get_directives(**headers: str) -> dict[str, list[str]]:
    policy = Client().get("/", headers=headers)["Content-Security-Policy"]
    return {name: sources for name, *sources in map(str.split, policy.split(";"))}


def test_demo_logins_are_shown_with_debug_only(settings):
    settings.DEBUG = True
    assert 'data-username="alice"' in get_page()
    assert settings.DEMO_PASSWORD in get_page()
    settings.DEBUG = False
    assert "alice" not in get_page()
    assert "data-username" not in get_page()
    assert settings.DEMO_PASSWORD not in get_page()


def test_staff_are_not_offered_for_sign_in_with_one_click(settings):
    settings.DEBUG = settings.WEB_INSPECTOR = True
    assert set(re.findall(r'data-username="(\w+)"', get_page())) == {
        "alice",
        "bob",
        "carol",
        "dora",
    }
    assert "admin: " in get_page()


def test_the_page_with_inspector_links_to_the_documentation_and_the_admin(settings):
    settings.DEBUG = settings.WEB_INSPECTOR = True
    links = set(re.findall(r'href="(/[^"]*)"', get_page()))
    expected = {"/api/docs", "/api/asyncapi/docs", "/docs/errors", "/health/ready", "/admin/"}
    assert expected | {"/devtools/emails"} <= links


def test_a_page_without_inspector_has_no_links_for_developers_and_staff(settings):
    settings.DEBUG = settings.WEB_INSPECTOR = False
    page = get_page()
    assert f"/{settings.ADMIN_PATH}/" not in page
    assert "inspector" not in page
    assert "Developers" not in page
    assert "/devtools/emails" not in page


def test_the_policy_allows_own_scripts_and_styles_only():
    assert get_directives() == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "https:", "http://localhost:8000", "data:"],
        "media-src": ["'self'", "https:", "http://localhost:8000"],
        "connect-src": ["'self'", "ws://testserver"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
    }


def test_behind_tls_the_policy_allows_a_socket_with_tls(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    directives = get_directives(**{"Host": "testserver", "X-Forwarded-Proto": "https"})
    assert directives["connect-src"] == ["'self'", "wss://testserver"]


def test_the_page_has_no_inline_script_or_style():
    assert re.findall(r"<style|style=|<script(?![^>]* src=)|\son\w+=|javascript:", get_page()) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', get_page()) == []


@pytest.mark.parametrize("name", FILES)
def test_static_files_are_found_without_collectstatic_and_are_short(name):
    assert finders.find(name) is not None
    assert len((STATIC / name).read_text().splitlines()) <= MAX_LINES


def test_imported_modules_exist_and_no_module_creates_markup():
    for name in (file for file in FILES if file.endswith(".js")):
        source = (STATIC / name).read_text()
        for imported in re.findall(r'from "(.+?)"', source):
            assert (STATIC / name).parent.joinpath(imported).resolve() in MODULES, name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", source), name
