"""A4: which pages of other origins may use the API (CORS)."""

import asyncio
import re

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from images.services import process_due_media
from mysocial.env import envorigins
from mysocial.realtime.dispatcher import get_dispatcher
from tests.images.pictures import make_image, send_form
from tests.support import api_contract
from tests.support.concurrency import assert_no_changes
from tests.support.event_streams import Stream
from tests.support.people import anonymous, new_client
from tests.support.servers import PASSWORD

APP, OTHER_APP, EVIL = "https://app.example", "http://localhost:5173", "https://evil.example"
ALLOW = "Access-Control-Allow-"
EXPOSED = {
    "X-Event-Cursor", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Link",
    "Retry-After", "X-Request-ID", "ETag", "Content-Disposition",
}  # fmt: skip
NOT_ALLOWED = [
    EVIL, "null", "https://app.example.evil.example", "https://evil-app.example",
    "http://app.example", "https://app.example:8443", "https://APP.example",
    "https://app.example/", "https://user@app.example", "https://[", "*", "",
]  # fmt: skip


@pytest.fixture(autouse=True)
def origins(settings):
    settings.ALLOWED_ORIGINS = [APP, OTHER_APP]


def cors_headers(response):
    return {
        name: value
        for name, value in response.headers.items()
        if name.lower().startswith("access-control-")
    }


def varies_by_origin(response):
    return "origin" in re.split(r",\s*", response.headers.get("Vary", "").lower())


def assert_allowed(response, origin=APP):
    assert response[f"{ALLOW}Origin"] == origin
    assert response[f"{ALLOW}Credentials"] == "true"
    assert set(response["Access-Control-Expose-Headers"].split(", ")) >= EXPOSED
    assert varies_by_origin(response)


def preflight(path, method="GET", origin=APP, headers="authorization,content-type"):
    return new_client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


@pytest.mark.parametrize("origin", [APP, OTHER_APP])
def test_a_page_of_an_allowed_origin_can_read_every_kind_of_response(alice, settings, origin):
    post = alice.create_post()
    body = {"text": "x"}
    responses = {
        200: alice.get("posts", Origin=origin),
        201: alice.post("posts", body, Origin=origin),
        400: alice.post("posts", {}, Origin=origin),
        401: anonymous.get("posts", Origin=origin),
        403: alice.patch(f"posts/{post['id']}", {"privacy": "x", "id": 1}, Origin=origin),
        404: alice.get("nothing", Origin=origin),
        405: alice.put("posts", {}, Origin=origin),
        413: alice.post("posts", b"x" * 300_000, Origin=origin),
        415: alice.call("POST", "posts", b"x", "text/plain", Origin=origin),
    }
    for response in responses.values():
        assert_allowed(response, origin)
    assert [response.status_code for response in responses.values()] == [
        200, 201, 400, 401, 400, 404, 405, 413, 415,
    ]  # fmt: skip
    tag = responses[200]["ETag"]
    unchanged = alice.get("posts", Origin=origin)["ETag"]
    not_modified = alice.get("posts", **{"If-None-Match": unchanged}, Origin=origin)
    assert (not_modified.status_code, tag != unchanged) == (304, True)
    assert_allowed(not_modified, origin)
    assert_allowed(alice.call("HEAD", "posts", Origin=origin), origin)
    settings.ALLOWED_HOSTS = ["social.example"]
    assert_allowed(anonymous.get("posts", Origin=origin), origin)


def test_limits_and_stored_responses_have_the_headers(alice, settings):
    key = {"Idempotency-Key": "k", "Origin": APP}
    first, again = (
        alice.post("posts", {"text": "x"}, **key),
        alice.post("posts", {"text": "x"}, **key),
    )
    assert first.content == again.content
    assert_allowed(again)
    elsewhere = alice.post("posts", {"text": "x"}, **key | {"Origin": OTHER_APP})
    assert_allowed(elsewhere, OTHER_APP)
    settings.RATE_LIMITS, settings.READ_LIMIT_PER_MINUTE = True, 1
    responses = [alice.get("users/me", Origin=APP) for _ in range(2)]
    assert responses[1].status_code == 429
    assert_allowed(responses[1])


def test_every_route_answers_a_preflight_request_without_a_session():
    paths = 0
    for template, verbs in api_contract.paths().items():
        if template.endswith("/events"):
            continue  # another server: below
        path = re.sub(r"\{\w+\}", "0123456789abcdef01234567", template)
        for alias in (path, path.replace("/api/v1/", "/api/", 1), f"{path}/"):
            for verb in verbs:
                with assert_no_changes():
                    response = preflight(alias, verb.upper())
                assert (response.status_code, response.content) == (200, b""), alias
                assert_allowed(response)
                assert verb.upper() in response[f"{ALLOW}Methods"].split(", ")
                paths += 1
    assert paths > 200


def test_the_headers_of_requests_are_allowed(alice):
    allowed = preflight("/api/v1/posts")[f"{ALLOW}Headers"].split(", ")
    names = {
        parameter["name"].lower()
        for verbs in api_contract.paths().values()
        for operation in verbs.values()
        for parameter in map(api_contract.resolved, operation.get("parameters", []))
        if parameter["in"] == "header"
    }
    assert names | {"authorization", "content-type", "x-request-id"} <= set(allowed)
    assert set(allowed) & {"cookie", "host", "origin", "x-forwarded-for"} == set()


@pytest.mark.parametrize("origin", NOT_ALLOWED)
def test_a_page_of_another_origin_can_read_no_response(alice, origin):
    for response in (
        alice.get("posts", Origin=origin),
        alice.post("posts", {}, Origin=origin),
        alice.get("nothing", Origin=origin),
        anonymous.get("posts", Origin=origin),
        preflight("/api/v1/posts", "POST", origin),
    ):
        assert f"{ALLOW}Origin" not in response.headers
        assert f"{ALLOW}Credentials" not in response.headers
        assert varies_by_origin(response)


def test_pages_of_the_site_are_read_by_no_other_origin(moderator):
    for path in ("/", "/admin/", "/health/live", "/docs/errors", "/apix", "/metrics"):
        for response in (moderator.get(path, headers={"Origin": APP}), preflight(path)):
            response.close()
            assert cors_headers(response) == {}, path


def test_public_files_are_read_by_every_origin_without_credentials(alice, django_db_blocker):
    send_form(alice, "POST", "users/me/images/profile", image=make_image())
    process_due_media()
    media = alice.get("users/me").json()["avatar_url"].removeprefix(django_settings.PUBLIC_URL)
    assert media.startswith("/media/")
    for path in (media, "/avatars/4d7c0f/A.png", "/media/" + "0" * 32 + ".png"):
        for headers in ({}, {"Origin": EVIL}, {"Origin": APP}):
            response = Client().get(path, headers=headers)
            with django_db_blocker.unblock():
                response.close()
            assert cors_headers(response) == {f"{ALLOW}Origin": "*"}
            assert not varies_by_origin(response)  # one copy in every cache


def test_every_response_of_the_api_varies_by_origin(alice):
    for response in (alice.get("posts"), alice.get("nothing"), new_client().get("/api/schema")):
        assert varies_by_origin(response)
        assert cors_headers(response) == {}
    assert new_client().get("/api/schema")["Vary"] == "Accept-Encoding, origin"


def test_a_page_of_an_allowed_origin_can_use_the_refresh_cookie():
    browser = new_client()
    browser.defaults["HTTP_ORIGIN"] = APP
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    signed_up = browser.post(
        "/api/v1/signup", {**body, "refresh_in": "cookie"}, content_type="application/json"
    )
    assert signed_up.cookies["refresh"]["samesite"] == "Strict"
    refreshed = browser.post("/api/v1/token/refresh", {}, content_type="application/json")
    assert refreshed.status_code == 200
    assert_allowed(refreshed)


# The event stream, which another server sends ---------------------------------------------------


class Answer:
    """The start of a response of the event stream, as Django's responses are read."""

    def __init__(self, status, headers):
        self.status_code = status
        self.headers = {k.decode().title(): v.decode() for k, v in headers.items()}

    def __getitem__(self, name):
        return self.headers[name.title()]


async def request_stream(person=None, query="", method="GET", **headers):
    stream = Stream(person, query, method, **headers)
    try:
        return Answer(*await asyncio.wait_for(stream.begin(), 20))
    finally:
        await stream.leave()
        await get_dispatcher().stop()


async def test_the_event_stream_and_its_refusals_have_the_headers(alice, settings):
    for expected, person, query, method in (
        (200, alice, "topics=feed", "GET"),
        (200, alice, "cursor=00000000:17", "GET"),
        (400, alice, "topics=x", "GET"),
        (401, None, "", "GET"),
        (405, alice, "", "POST"),
    ):
        response = await request_stream(person, query, method, origin=APP)
        assert response.status_code == expected
        assert_allowed(response)
        for origin in (EVIL, "null"):
            response = await request_stream(person, query, method, origin=origin)
            assert (response.status_code, cors_headers(response)) == (expected, {})
            assert varies_by_origin(response)
    settings.MAX_CONNECTIONS_PER_MEMBER = 0
    response = await request_stream(alice, origin=APP)
    assert response.status_code == 429
    assert_allowed(response)


async def test_the_event_stream_answers_a_preflight_request(alice):
    wanted = {
        "access_control_request_method": "GET",
        "access_control_request_headers": "authorization,last-event-id",
    }
    response = await request_stream(method="OPTIONS", origin=APP, **wanted)
    assert response.status_code == 200
    assert_allowed(response)
    assert "last-event-id" in response[f"{ALLOW}Headers"].split(", ")
    refused = await request_stream(method="OPTIONS", origin=EVIL, **wanted)
    assert (refused.status_code, cors_headers(refused)) == (200, {})
    assert (await request_stream(method="OPTIONS", origin=APP)).status_code == 405


async def test_a_page_of_an_allowed_origin_can_open_a_socket(connected, alice):
    for origin in (APP, OTHER_APP):
        assert await connected(alice, "feed", origin=origin.encode())
    for origin in (EVIL, "null"):
        with pytest.raises(AssertionError):
            await connected(alice, origin=origin.encode())


# The setting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["*", "null", "https://*.example", "https://app.example/path", "app.example", "ftp://app.example",
     "https://user@app.example", "https://app.example:x", "https://", "file://"],
)  # fmt: skip
def test_a_wildcard_and_null_are_not_origins(monkeypatch, text):
    monkeypatch.setenv("ALLOWED_ORIGINS", f"https://app.example,{text}")
    with pytest.raises(ImproperlyConfigured, match="must be an origin"):
        envorigins("ALLOWED_ORIGINS")


def test_origins_are_written_as_browsers_write_them(monkeypatch):
    monkeypatch.setenv(
        "ALLOWED_ORIGINS",
        "https://App.Example/, https://a.example:443,http://localhost:80,http://[::1]:3000",
    )
    assert envorigins("ALLOWED_ORIGINS") == [
        "https://app.example", "https://a.example", "http://localhost", "http://[::1]:3000",
    ]  # fmt: skip
