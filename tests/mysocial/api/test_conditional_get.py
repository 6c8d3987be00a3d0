"""Who has an answer still is told so; and is sent another as soon as there is another."""

import pytest

from tests.support.people import anonymous


def known(person, path):
    """Return the tag of what somebody reads."""
    answer = person.get(path)
    assert answer.status_code == 200
    return {"If-None-Match": answer.headers["ETag"]}


def test_who_has_the_bytes_is_sent_none_of_them(alice):
    alice.create_post()
    first = alice.get("posts")
    again = alice.get("posts", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Length" not in again.headers
    for name in ("ETag", "X-Event-Cursor", "Cache-Control"):
        assert again.headers[name] == first.headers[name]


def test_one_of_several_tags_is_enough_and_a_star_is_any(alice):
    tag = alice.get("posts").headers["ETag"]
    for tags in (f'"a", {tag}, W/"b"', tag.removeprefix("W/"), "*"):
        assert alice.get("posts", **{"If-None-Match": tags}).status_code == 304


def test_a_change_that_the_reader_may_see_is_sent(alice, bob):
    post = alice.create_post()
    tag = known(bob, f"posts/{post['id']}")
    alice.patch(f"posts/{post['id']}", {"text": "Otherwise"})
    answer = bob.get(f"posts/{post['id']}", **tag)
    assert answer.status_code == 200
    assert answer.json()["text"] == "Otherwise"


def test_what_became_hidden_is_refused_to_who_has_it_still(alice, bob):
    post = alice.create_post()
    path = f"posts/{post['id']}"
    tag = known(bob, path)
    alice.put(f"users/{bob.id}/block")
    assert bob.get(path, **tag).status_code == 404
    assert bob.get(path, **{"If-None-Match": "*"}).status_code == 404


def test_who_is_signed_out_is_not_told_that_it_is_the_same(alice):
    tag = known(alice, "currentuser")
    assert anonymous.get("currentuser", **tag).status_code == 401
    alice.post("signout")
    assert alice.get("currentuser", **tag).status_code == 401


@pytest.mark.parametrize("tags", ["", "W/", '"', "x" * 5000, 'W/"\u00e9"', ",,,"])
def test_a_tag_that_is_none_changes_nothing(alice, tags):
    answer = alice.get("posts", **{"If-None-Match": tags})
    assert (answer.status_code, answer.json()["posts"]) == (200, [])


def test_no_write_and_no_refusal_has_a_tag(alice):
    written = alice.post("posts", {"text": "Hello"}, **{"If-None-Match": "*"})
    assert written.status_code == 201
    assert "ETag" not in written.headers
    assert "ETag" not in alice.get("posts/nothing").headers


def test_head_has_the_tag_of_what_get_would_send(alice):
    tag = alice.get("posts").headers["ETag"]
    assert alice.call("HEAD", "posts").headers["ETag"] == tag
    assert alice.call("HEAD", "posts", **{"If-None-Match": tag}).status_code == 304
