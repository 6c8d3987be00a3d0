"""The texts that a member can see before and after each change of privacy, on every channel."""

from collections.abc import Callable
from typing import Any

import pytest

from mysocial.core.errors import FOREVER_MS
from mysocial.privacy.exports import SECTIONS, Owner
from mysocial.realtime.replay import AudienceFilter, events_since
from tests.moderation.staff import take_action
from tests.support.people import Person, sign_up

THEN, NOW = "text-of-then", "text-of-now"
Change = Callable[[Person, Person, dict[str, Any]], Any]


def change_post(**fields: str) -> Change:
    """Return a change of the post."""
    return lambda author, _viewer, post: author.patch(f"posts/{post['id']}", fields)


def make_private(author: Person, _viewer: Person, _post: Any) -> None:
    author.patch("users/me/settings", {"is_private": True})


# The privacy of the post, its change, the viewer, and the texts that the viewer finds before and
# after.
CASES: dict[str, tuple[str, Change, str, tuple[set[str], set[str]]]] = {
    "published after an edit": (
        "private",
        change_post(text=NOW, privacy="public"),
        "follower",
        (set(), {NOW}),
    ),
    "published from followers after an edit": (
        "followers",
        change_post(text=NOW, privacy="public"),
        "stranger",
        (set(), {NOW}),
    ),
    "edited for those who saw it": (
        "followers",
        change_post(text=NOW, privacy="public"),
        "follower",
        ({THEN}, {THEN, NOW}),
    ),
    "edited": ("public", change_post(text=NOW), "stranger", ({THEN}, {THEN, NOW})),
    "narrowed to followers": (
        "public",
        change_post(text=NOW, privacy="followers"),
        "stranger",
        ({THEN}, set()),
    ),
    "made private": ("public", change_post(privacy="private"), "follower", ({THEN}, set())),
    "account made private": ("public", make_private, "stranger", ({THEN}, set())),
    "account made private, for followers": ("public", make_private, "follower", ({THEN}, {THEN})),
    "blocked": (
        "public",
        lambda author, viewer, _post: author.put(f"users/{viewer.id}/block"),
        "follower",
        ({THEN}, set()),
    ),
    "blocks": (
        "public",
        lambda author, viewer, _post: viewer.put(f"users/{author.id}/block"),
        "stranger",
        ({THEN}, set()),
    ),
    "unfollowed": (
        "followers",
        lambda author, viewer, _post: viewer.delete(f"users/{author.id}/follow"),
        "follower",
        ({THEN}, set()),
    ),
    "author silenced": (
        "public",
        lambda author, _viewer, _post: take_action(author, "silence", until_ms=FOREVER_MS),
        "stranger",
        ({THEN}, {THEN}),
    ),
}


def texts_found(viewer: Person, author: Person, post_id: str, cursor: str) -> set[str]:
    """Return the texts that a viewer finds by reading, in a replay, or in an export."""
    paths = [
        f"posts/{post_id}",
        f"posts/{post_id}/versions",
        f"users/{author.id}",
        f"users/{author.id}/posts",
        f"users/{author.id}/pinned",
        f"users/{author.id}/images",
        f"users/{author.id}/reactions",
        f"users/search?q={author.username}",
        "posts",
        "posts/home",
        "notifications",
        f"users/{viewer.id}/reactions",
        "users/me/bookmarks",
    ]
    visible_text = "".join(viewer.get(path).content.decode() for path in paths)
    topics = ["feed", "home", f"user:{author.id}", f"post:{post_id}", f"self:{viewer.id}"]
    missed = events_since(cursor, topics, viewer.id)
    assert (missed.reason, missed.more) == ("", False)
    frames = AudienceFilter(cursor[:8], viewer.id).filter(missed.entries)
    visible_text += "".join(frame for _, _, frame in frames)
    owner = Owner(viewer.id, viewer.username, f"{viewer.username}@example.com")
    for section in SECTIONS.values():
        visible_text += "".join(
            str(section.exported_fields(r)) for r in section.find_records(owner)
        )
    return {text for text in (THEN, NOW) if text in visible_text}


@pytest.mark.parametrize("case", CASES)
def test_a_viewer_finds_exactly_what_the_privacy_of_then_and_now_permits(alice, case):
    privacy, change, role, (before, after) = CASES[case]
    viewer = sign_up(f"the_{role}")
    if role == "follower":
        viewer.put(f"users/{alice.id}/follow")
    cursor = viewer.get("posts").headers["X-Event-Cursor"]
    text = f"{THEN} @{viewer.username}"
    post = alice.create_post(text, privacy=privacy)
    alice.put(f"posts/{post['id']}/reaction", {"type": "like"})
    assert alice.put(f"posts/{post['id']}/pin").status_code == 200
    bookmarked = viewer.put(f"posts/{post['id']}/bookmark")
    assert (bookmarked.status_code == 200) == bool(before)
    assert texts_found(viewer, alice, post["id"], cursor) == before
    change(alice, viewer, post)
    assert texts_found(viewer, alice, post["id"], cursor) == after
    late = sign_up("late")
    found_late = texts_found(late, alice, post["id"], cursor)
    if role == "stranger" and case != "blocks":  # the block is between the other two
        assert found_late == after - ({THEN} if privacy != "public" else set())
    assert THEN not in found_late or privacy == "public"


@pytest.mark.parametrize("case", CASES)
def test_a_viewer_finds_a_poll_and_its_results_while_they_may_see_the_post(alice, case):
    privacy, change, role, (before, after) = CASES[case]
    viewer = sign_up(f"the_{role}")
    if role == "follower":
        viewer.put(f"users/{alice.id}/follow")
    cursor = viewer.get("posts").headers["X-Event-Cursor"]
    poll = {"options": [THEN, "Another answer"], "duration_seconds": 3600}
    post = alice.create_post("Which?", privacy=privacy, poll=poll)
    path = f"posts/{post['id']}/poll/vote"
    assert alice.put(path, {"choices": [0]}).status_code == 200
    assert viewer.put(path, {"choices": [1]}).status_code == (200 if before else 404)
    assert texts_found(viewer, alice, post["id"], cursor) == ({THEN} if before else set())
    change(alice, viewer, post)
    assert texts_found(viewer, alice, post["id"], cursor) >= ({THEN} if after else set())
    if not after:
        assert texts_found(viewer, alice, post["id"], cursor) == set()
    repeated = viewer.put(path, {"choices": [1]})
    assert repeated.status_code == (200 if after else 404)
    assert ('"results"' in repeated.content.decode()) == bool(after)
