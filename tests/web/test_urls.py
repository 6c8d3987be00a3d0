"""Addresses of the web client, files of the site, and error pages."""

import io
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import path
from PIL import Image

from mysocial.urls import urlpatterns as site_urls

ID = "0" * 24
ROUTES = [
    "/",
    "/home",
    f"/posts/{ID}",
    f"/people/{ID}",
    f"/people/{ID}/followers",
    f"/people/{ID}/following",
    f"/people/{ID}/pictures",
    f"/people/{ID}/reactions",
    f"/posts/{ID}/comments/{ID}",
    "/@ada",
    "/search",
    "/search/ada",
    "/search/%D9%85%2F1",
    "/notifications",
    "/chat",
    f"/chat/{ID}",
    "/settings",
    "/settings/privacy",
    "/settings/notifications",
    "/settings/account",
    "/settings/security",
    "/bookmarks",
    "/reports",
    "/requests",
    "/blocked",
    "/muted",
    "/signed-in",
]


def fail(_request):
    raise ZeroDivisionError


urlpatterns = [path("broken", fail), *site_urls]


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_has_the_page_with_and_without_a_slash(route):
    for address in {route, f"{route.rstrip('/')}/"}:
        response = Client().get(address)
        assert response.status_code == 200
        assert 'id="main-view"' in response.content.decode()
        assert response["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in response["Content-Security-Policy"]
    assert Client().post(route).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/posts",
        "/posts/1",
        f"/people/{ID}/secrets",
        f"/chat/{ID}0",
        "/settings/all",
        "/@a/b",
        "/homes",
        "/unknown/page",
    ],
)
def test_another_address_has_a_page_that_says_so(address, settings):
    settings.DEBUG = False
    response = Client().get(address)
    page = response.content.decode()
    assert response.status_code == 404
    assert "<h1>Page not found</h1>" in page
    assert "mysocial/plain.css" in page
    assert 'href="/"' in page
    assert address not in page


@pytest.mark.urls(__name__)
def test_an_error_of_the_server_has_a_page_without_details(settings):
    settings.DEBUG = False
    response = Client(raise_request_exception=False).get("/broken")
    assert response.status_code == 500
    page = response.content.decode()
    assert "<h1>Something went wrong</h1>" in page
    assert "mysocial/plain.css" in page
    assert "ZeroDivisionError" not in page


def test_an_unknown_address_of_the_api_has_a_problem_and_no_page(settings):
    settings.DEBUG = False
    response = Client().get("/api/v1/unknown")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_the_manifest_names_icons_of_their_sizes():
    response = Client().get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert "maskable" in {icon.get("purpose") for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(file) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
    page = Client().get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    (touch_icon,) = re.findall(r'apple-touch-icon" href="/static/([^"]+)"', page)
    with Image.open(finders.find(touch_icon)) as image:
        assert image.size == (180, 180)


def test_programs_find_an_icon_and_rules_for_crawlers():
    icon = Client().get("/favicon.ico")
    with Image.open(io.BytesIO(icon.content)) as image:
        assert image.format == "ICO"
    robots = Client().get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert robots.content.decode() == "User-agent: *\nDisallow: /api/\n"
    for response in (icon, robots):
        assert response["Cache-Control"] == "public, max-age=86400"
