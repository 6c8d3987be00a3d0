"""Texts in all requests: normalized, counted, and refused if they show nothing."""

import json

import pytest

from chat.store import messages
from comments.store import comments
from mysocial.store import reads, write
from posts.store import posts
from tests.chat.conversations import send_message
from tests.notifications.notification_checks import create_comment
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import logged_events
from users.store import users

FLAG = "\U0001f1e9\U0001f1ea"
ZALGO = "z" + "\u0333" * 9
LINES, TYPED = "one\ntwo\n\nfour caf\u00e9", "one\r\ntwo\r\rfour cafe\u0301\x01"


@pytest.fixture
def requests(alice, bob):
    """Return each way to send a text: method, path, other fields, name and limit of the field."""
    post = alice.create_post("First")
    comment, message = create_comment(alice, post, "First"), send_message(alice, bob, "First")
    report = {"target_type": "user", "target_id": bob.id, "reason": "spam"}
    return [
        ("POST", "posts", {}, "text", 5000),
        ("PATCH", f"posts/{post['id']}", {}, "text", 5000),
        ("POST", f"posts/{post['id']}/comments", {}, "text", 2000),
        ("PATCH", f"comments/{comment['id']}", {}, "text", 2000),
        ("POST", "chat/messages", {"receiver_id": bob.id}, "text", 10_000),
        ("PATCH", f"chat/messages/{message['id']}", {}, "text", 10_000),
        ("PATCH", "users/me", {}, "quote", 300),
        ("PATCH", "users/me", {}, "work", 100),
        ("PATCH", "users/me", {}, "school", 100),
        ("PATCH", "users/me", {}, "location", 100),
        ("POST", "reports", report, "note", 1000),
    ]


def field_codes(response):
    assert response.status_code == 400, response.content
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [("\u200b", "invisible"), ("\u3164\u2800", "invisible"), (ZALGO, "marks")],
)
def test_invisible_texts_and_texts_that_cover_others_are_refused(alice, requests, text, code):
    with assert_no_changes():
        for method, path, body, field, _ in requests:
            response = alice.call(method, path, {**body, field: text})
            assert field_codes(response) == [(field, code)], (method, path)


def test_texts_are_counted_in_characters_and_bytes(alice, requests):
    with assert_no_changes():
        for method, path, body, field, limit in requests:
            for text, code in (
                ("x" * (limit + 1), "max_length"),
                ("z\u0333" * (limit + 1), "max_length"),
                (FLAG * limit, "max_bytes"),  # eight bytes each; six are allowed on average
            ):
                response = alice.call(method, path, {**body, field: text})
                codes = dict(field_codes(response))
                assert codes == {field: code}, (method, path)
    for method, path, body, field, limit in requests:
        text = "\u0915\u0941" * limit  # one character, two code points, six bytes
        assert alice.call(method, path, {**body, field: text}).status_code in {200, 201}, path


def test_texts_are_stored_in_one_form(alice, requests):
    for method, path, body, field, _ in requests:
        response = alice.call(method, path, {**body, field: f" {TYPED} "})
        assert response.status_code in {200, 201}, response.content
        (representation,) = (value for value in response.json().values() if isinstance(value, dict))
        assert representation[field] == LINES, path


def test_a_form_has_the_text_of_json(alice, bob):
    typed = LINES.replace("\n", "\r\n").encode()
    form = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n%b\r\n--b--\r\n' % typed
    response = alice.call("POST", "posts", form, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 201, response.content
    assert response.json()["post"]["text"] == LINES


def test_an_edit_that_changes_nothing_is_no_edit(alice, bob, requests):
    post = alice.create_post(LINES)
    comment, message = create_comment(alice, post, LINES), send_message(alice, bob, LINES)
    profile = {"quote": LINES, "work": "x", "facebook": "https://facebook.com/a"}
    alice.patch("users/me", profile)
    events = len(logged_events())
    with assert_no_changes():
        for path, body in (
            (f"posts/{post['id']}", {"text": TYPED, "privacy": "public", "feelings": ""}),
            (f"posts/{post['id']}", {"gif_url": None, "image": None}),
            (f"comments/{comment['id']}", {"text": TYPED}),
            (f"chat/messages/{message['id']}", {"text": TYPED}),
            ("users/me", {**profile, "quote": TYPED, "facebook": "facebook.com/a"}),
        ):
            response = alice.patch(path, body)
            assert response.status_code == 200, response.content
            (shown,) = (value for value in response.json().values() if isinstance(value, dict))
            assert shown.get("edited_at") is None
    assert len(logged_events()) == events
    assert alice.get(f"posts/{post['id']}/versions").json()["versions"] == []


def test_a_change_of_the_audience_is_no_edit_of_the_text(alice, bob):
    post = alice.create_post("Same")
    changed = alice.patch(f"posts/{post['id']}", {"privacy": "followers"}).json()["post"]
    assert (changed["privacy"], changed["edited_at"]) == ("followers", None)
    assert alice.get(f"posts/{post['id']}/versions").json()["versions"] == []
    edited = alice.patch(f"posts/{post['id']}", {"text": "Other"}).json()["post"]
    private = alice.patch(f"posts/{post['id']}", {"privacy": "private"}).json()["post"]
    assert private["edited_at"] == edited["edited_at"] is not None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("instagram.com/some_one", "https://instagram.com/some_one"),
        ("https://my_site.example/x", "https://my_site.example/x"),
        ("https://_dmarc.example/", "https://_dmarc.example/"),
        ("HTTP://Example.com:8080/?a=b#c", "HTTP://Example.com:8080/?a=b#c"),
        ("example.com:443/x", "https://example.com:443/x"),
        (
            "https://\u4f8b\u3048.\u30c6\u30b9\u30c8/\u00fc",
            "https://\u4f8b\u3048.\u30c6\u30b9\u30c8/\u00fc",
        ),
        ("https://www.youtube.com/@some_one", "https://www.youtube.com/@some_one"),
        ("", ""),
    ],
)
def test_a_link_of_the_profile_may_lack_its_scheme(alice, typed, stored):
    response = alice.patch("users/me", {"youtube": "https://x.example", "instagram": typed})
    assert response.status_code == 200, response.content
    assert response.json()["user"]["instagram"] == stored


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "mailto:a@example.com",
        "ftp://example.com", "https://", "https:///x", "https://user:pw@example.com", "x",
        "//example.com", "https://example.com:99999", "https://exa mple.com", "https://a..b",
        "https://example.com/<b>", "https://-a.example", "https://[::1", "\u200b",
        "https://example.com/" + "x" * 181, "example.com/" + "x" * 181,
    ],
)  # fmt: skip
def test_a_link_that_is_no_web_address_is_refused(alice, link):
    with assert_no_changes():
        response = alice.patch("users/me", {"youtube": link})
        assert [field for field, _ in field_codes(response)] == ["youtube"]


@pytest.mark.parametrize("host", ["media1.tenor.com", "Media.Giphy.com", "MEDIA.TENOR.COM"])
def test_a_gif_may_come_from_each_host_in_any_case(alice, host):
    url = f"https://{host}/a/b.gif"
    response = alice.post("posts", {"gif_url": url})
    assert json.loads(response.content)["post"]["gif_url"] == url


def test_an_edit_that_changes_nothing_of_a_deleted_post_is_not_found(alice):
    """Whatever the order, the response is complete or a 404."""
    for number in range(8):
        path = f"posts/{alice.create_post('Same')['id']}"
        edits = [lambda path=path: alice.patch(path, {"text": "Same"})] * 3
        responses = run_concurrently(lambda path=path: alice.delete(path), *edits)
        for response in responses[1:]:
            assert response.status_code in {200, 404}, number
            if response.status_code == 200:
                assert response.json()["post"]["text"] == "Same"


def test_an_edit_that_changes_nothing_is_repeated_with_its_key(alice):
    post = alice.create_post("Same")
    headers = {"Idempotency-Key": "same"}
    first = alice.patch(f"posts/{post['id']}", {"text": "Same"}, **headers)
    alice.patch(f"posts/{post['id']}", {"text": "Other"})
    again = alice.patch(f"posts/{post['id']}", {"text": "Same"}, **headers)
    assert (again.status_code, again.content) == (200, first.content)
    assert alice.get(f"posts/{post['id']}").json()["text"] == "Other"


def test_a_text_from_before_there_was_one_form_is_not_edited_by_saving_it(alice, bob):
    old = "one\r\ntwo cafe\u0301 "
    post = alice.create_post("New")
    comment, message = create_comment(alice, post, "New"), send_message(alice, bob, "New")
    with write() as w:
        w.update(reads.get_record(posts, post["id"]), text=old)
        w.update(reads.get_record(comments, comment["id"]), text=old)
        w.update(reads.get_record(messages, message["id"]), text=old)
        w.update(reads.get_record(users, alice.id), quote=old)
    with assert_no_changes():
        for path in (
            f"posts/{post['id']}",
            f"comments/{comment['id']}",
            f"chat/messages/{message['id']}",
        ):
            (shown,) = (
                value
                for value in alice.patch(path, {"text": old}).json().values()
                if isinstance(value, dict)
            )
            assert (shown["text"], shown["edited_at"]) == (old, None)
        assert alice.patch("users/me", {"quote": old}).json()["user"]["quote"] == old
