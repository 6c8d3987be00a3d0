"""Bookmarks, through HTTP. Run them with `EXTRA_APPS=bookmarks pytest -p mysocial.testing`."""

from collections.abc import Callable
from typing import Any

from bookmarks.models import Bookmark
from mysocial.testing.people import Person


def test_a_bookmarked_post_is_listed_once(alice: Person, bob: Person) -> None:
    post = alice.create_post("Worth keeping.")
    for _ in range(2):
        assert bob.put(f"bookmarks/{post['id']}").status_code == 200
    listed = bob.get("bookmarks").json()
    assert ([item["id"] for item in listed["posts"]], listed["next"]) == ([post["id"]], None)
    assert bob.received_events() == [{"type": "bookmark.added", "data": {"post_id": post["id"]}}]
    assert alice.get("bookmarks").json() == {"posts": [], "next": None}

    assert bob.delete(f"bookmarks/{post['id']}").status_code == 200
    assert bob.get("bookmarks").json() == {"posts": [], "next": None}


def test_a_post_that_is_not_visible_cannot_be_bookmarked(alice: Person, bob: Person) -> None:
    post = alice.create_post("A note to myself.", privacy="private")
    assert bob.put(f"bookmarks/{post['id']}").status_code == 404
    assert bob.get("bookmarks").json() == {"posts": [], "next": None}
    assert bob.received_events() == []


def test_bookmarks_are_flushed_and_deleted_with_their_post(
    alice: Person,
    bob: Person,
    flush_all: Callable[[], int],
    run_cascades: Callable[[], None],
    document: Callable[..., Any],
) -> None:
    post = alice.create_post("Worth keeping.")
    bob.put(f"bookmarks/{post['id']}")
    flush_all()
    pk = f"{bob.id}:{post['id']}"
    assert document(Bookmark, pk)["post_id"] == post["id"]

    alice.delete(f"posts/{post['id']}")
    run_cascades()
    flush_all()
    assert document(Bookmark, pk)["_deleted_at"]
    assert bob.received_events()[-1]["type"] == "bookmark.removed"
