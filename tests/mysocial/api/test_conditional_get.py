"""Conditional requests: a client gets 304 until the response changes."""

import pytest

from tests.support.people import anonymous


def tag_headers(person, path):
    """Return the headers of a conditional request for what the person reads now."""
    response = person.get(path)
    assert response.status_code == 200
    return {"If-None-Match": response.headers["ETag"]}


def test_a_client_with_the_current_response_gets_304(alice):
    alice.create_post()
    first = alice.get("posts")
    again = alice.get("posts", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Length" not in again.headers
    for name in ("ETag", "X-Event-Cursor", "Cache-Control"):
        assert again.headers[name] == first.headers[name]


def test_any_tag_of_a_list_matches_and_so_does_a_star(alice):
    tag = alice.get("posts").headers["ETag"]
    for tags in (f'"a", {tag}, W/"b"', tag.removeprefix("W/"), "*"):
        assert alice.get("posts", **{"If-None-Match": tags}).status_code == 304


def test_a_changed_record_is_sent_again(alice, bob):
    post = alice.create_post()
    tag = tag_headers(bob, f"posts/{post['id']}")
    alice.patch(f"posts/{post['id']}", {"text": "Otherwise"})
    response = bob.get(f"posts/{post['id']}", **tag)
    assert response.status_code == 200
    assert response.json()["text"] == "Otherwise"


def test_a_hidden_record_is_not_found_even_with_its_tag(alice, bob):
    post = alice.create_post()
    path = f"posts/{post['id']}"
    tag = tag_headers(bob, path)
    alice.put(f"users/{bob.id}/block")
    assert bob.get(path, **tag).status_code == 404
    assert bob.get(path, **{"If-None-Match": "*"}).status_code == 404


def test_a_signed_out_client_gets_401_instead_of_304(alice):
    tag = tag_headers(alice, "accounts/me")
    assert anonymous.get("accounts/me", **tag).status_code == 401
    alice.post("signout")
    assert alice.get("accounts/me", **tag).status_code == 401


@pytest.mark.parametrize("tags", ["", "W/", '"', "x" * 5000, 'W/"\u00e9"', ",,,"])
def test_an_invalid_tag_is_ignored(alice, tags):
    response = alice.get("posts", **{"If-None-Match": tags})
    assert (response.status_code, response.json()["posts"]) == (200, [])


def test_writes_and_problems_have_no_tag(alice):
    written = alice.post("posts", {"text": "Hello"}, **{"If-None-Match": "*"})
    assert written.status_code == 201
    assert "ETag" not in written.headers
    assert "ETag" not in alice.get("posts/nothing").headers


def test_head_has_the_tag_of_get(alice):
    tag = alice.get("posts").headers["ETag"]
    assert alice.call("HEAD", "posts").headers["ETag"] == tag
    assert alice.call("HEAD", "posts", **{"If-None-Match": tag}).status_code == 304
