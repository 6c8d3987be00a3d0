"""Bodies in chunks, compressed bodies and other charsets."""

import gzip
import json
import zlib

import pytest

from notifications.selectors import unsubscribe_token
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, new_client
from tests.support.servers import PASSWORD

BODY = json.dumps({"text": "café"}, ensure_ascii=False)


def send_raw(person, path, body, method="POST", **extra):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {person.access}"} if person.access else {}
    fields = {"content_type": "application/json", **headers, **extra}
    return new_client().generic(method, f"/api/v1/{path}", body, **fields)


@pytest.fixture
def writes(alice, bob):
    """Return requests that need a body: method and path."""
    post = alice.create_post()
    return [
        ("POST", "posts"),
        ("PATCH", f"posts/{post['id']}"),
        ("PUT", f"posts/{post['id']}/reaction"),
        ("DELETE", f"posts/{post['id']}"),
        ("POST", f"posts/{post['id']}/comments"),
        ("POST", "chat/messages"),
        ("PATCH", "users/me/settings"),
        ("POST", "users/me/images/profile"),
    ]


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=b"])
def test_a_body_in_chunks_needs_a_length(alice, writes, content_type):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "content_type": content_type}
    with assert_no_changes():
        for method, path in writes:
            response = send_raw(alice, path, "", method, CONTENT_LENGTH="", **chunked)
            assert response.status_code == 411, (method, path)
            assert response.json()["code"] == "length_required"
        response = send_raw(anonymous, "signin", "", CONTENT_LENGTH="", **chunked)
        assert response.status_code == 411
        page = new_client().generic("POST", "/reset-password", "", CONTENT_LENGTH="", **chunked)
        assert page.status_code == 411
    assert alice.get("users/me", **{"Transfer-Encoding": "chunked"}).status_code == 200


def test_a_route_that_ignores_its_body_accepts_chunks(alice):
    path = f"notifications/unsubscribe/{unsubscribe_token(alice.id, 'comment')}"
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    form = "application/x-www-form-urlencoded"
    response = send_raw(anonymous, path, "", content_type=form, **chunked)
    assert response.status_code == 200, response.content


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(BODY.encode(), mtime=0), {"HTTP_CONTENT_ENCODING": "gzip"}),
        (zlib.compress(BODY.encode()), {"HTTP_CONTENT_ENCODING": "deflate"}),
        (BODY.encode(), {"HTTP_CONTENT_ENCODING": "br"}),
        (BODY.encode(), {"HTTP_CONTENT_ENCODING": "identity, gzip"}),
        (BODY.encode("latin-1"), {"content_type": "application/json; charset=iso-8859-1"}),
        (BODY.encode("utf-16"), {"content_type": 'application/json; charset="UTF-16"'}),
        (BODY.encode(), {"content_type": "application/json; Charset=nonsense"}),
        (b"--b--", {"content_type": "multipart/form-data; boundary=b; charset=latin-1"}),
    ],
    ids=["gzip", "deflate", "br", "two", "latin-1", "utf-16", "unknown", "form"],
)
def test_a_body_that_cannot_be_read_is_an_unsupported_media_type(alice, writes, body, headers):
    with assert_no_changes():
        for method, path in writes:
            response = send_raw(alice, path, body, method, **headers)
            assert response.status_code == 415, (method, path)
            assert response.json()["code"] == "unsupported_media_type"
            assert response.json()["detail"].endswith((".", "Content-Encoding.", "charset."))


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_CONTENT_ENCODING": "identity"},
        {"content_type": "application/json; charset=utf-8"},
        {"content_type": 'APPLICATION/JSON; CHARSET="UTF-8"'},
    ],
)
def test_the_default_encodings_may_be_named(alice, headers):
    response = send_raw(alice, "posts", BODY.encode(), **headers)
    assert response.status_code == 201, response.content
    assert response.json()["post"]["text"] == "café"


def test_encodings_of_no_body_do_not_matter(alice):
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json; charset=utf-16"}
    assert alice.get("users/me", **headers).status_code == 200
    post = alice.create_post()
    response = send_raw(
        alice, f"posts/{post['id']}", "", "DELETE", HTTP_CONTENT_ENCODING="gzip", CONTENT_LENGTH="0"
    )
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["posts", "chat/messages"])
def test_a_text_of_a_form_that_is_not_utf_8_is_refused_and_not_garbled(alice, path):
    def send(text):
        part = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n%b\r\n--b--\r\n' % text
        return send_raw(alice, path, part, content_type="multipart/form-data; boundary=b")

    with assert_no_changes():
        response = send("caf\u00e9".encode("latin-1"))
        assert response.status_code == 400
        assert response.json()["detail"] == "Text: This is not valid UTF-8."
    if path == "posts":
        assert send("caf\u00e9 \ufffd".encode()).json()["post"]["text"] == "caf\u00e9 \ufffd"


def test_a_body_that_is_not_utf_8_says_so(alice):
    response = send_raw(alice, "posts", b'{"text": "caf\xe9"}')
    assert (response.status_code, response.json()["detail"]) == (
        400,
        "The body is not valid UTF-8.",
    )


def test_the_detail_of_an_error_names_the_fields_in_words(alice):
    wrong = {"who_may_message": "x", "is_private": 1, "notifications": {"comment": {"email": 5}}}
    detail = alice.patch("users/me/settings", wrong).json()["detail"]
    assert "Who may message: " in detail
    assert "Notifications, comment, email: " in detail
    detail = alice.post("posts", {"image": "x", "video": "y"}).json()["detail"]
    assert detail == "Image, Video: This must be a file or a base64 data URL."
    detail = alice.post("posts", {f"a{number}": 1 for number in range(9)}).json()["detail"]
    assert detail == "Text: This field is required. A0, A1, A2: Unknown field."
    weak = {"username": "newcomer", "email": "n@example.com", "password": "1"}
    response = anonymous.post("signup", weak)
    assert response.json()["detail"].startswith("Password: ")
    assert alice.get("users/search?q=").json()["detail"].startswith("Q: ")


def test_each_error_is_reported_once(alice):
    bodies = [
        ("POST", "signup", {"username": "!", "email": "x", "password": "1", "extra": 1}),
        ("POST", "posts", {"text": 5, "image": 5, "gif_url": 5, "privacy": []}),
        ("POST", "posts", {"image": "data:x;base64,AA==", "gif_url": "x"}),
        ("POST", "signin", {"username": "alice", "password": PASSWORD, "refresh_in": ""}),
        ("PATCH", "users/me", {"quote": "x" * 301, "facebook": 1}),
    ]
    for method, path, body in bodies:
        errors = alice.call(method, path, body).json()["errors"]
        assert errors, path
        assert len({tuple(error.items()) for error in errors}) == len(errors)
        assert all(error["field"] and error["detail"] for error in errors)
