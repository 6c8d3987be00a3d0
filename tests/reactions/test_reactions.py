"""Setting, changing and removing a reaction, through HTTP."""

import orjson
import pytest

from posts.models import Post
from posts.reaction_types import ReactionType
from posts.store import posts
from reactions.models import Reaction
from tests.reactions.totals import expected_totals, shown_totals
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import anonymous
from tests.support.shared_objects import shared


def test_a_post_has_a_counter_for_each_kind_of_reaction():
    counters = {name for name in posts.counters if name.startswith("reactions_")}
    assert counters == {f"reactions_{kind}" for kind in ReactionType.values}
    assert counters <= {field.name for field in Post._meta.get_fields()}


def test_a_reaction_is_counted_listed_and_persisted(alice, bob, flush_all, document):
    post = alice.create_post()
    assert post["reactions"] == expected_totals()

    response = bob.put(f"posts/{post['id']}/reaction", {"type": "love"})

    assert response.status_code == 200
    assert response.json() == {
        "message": "Reaction set",
        "reaction": {"type": "love"},
        "reactions": expected_totals(love=1),
    }
    assert shared(alice.get("posts").json()["posts"]) == [
        {**post, "reactions": expected_totals(love=1)}
    ]
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() == {"type": "love"}
    assert alice.get(f"posts/{post['id']}/reactions/mine").json() == {"type": None}
    flush_all()
    edge = document(Reaction, f"{post['id']}:{bob.id}")
    assert (edge["post_id"], edge["user_id"], edge["type"]) == (post["id"], bob.id, "love")
    assert document(Post, post["id"])["reactions_love"] == 1


@pytest.mark.parametrize("after", [kind for kind in ReactionType.values if kind != "like"])
def test_a_changed_reaction_is_counted_once_with_its_new_type(alice, bob, after):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    (before,) = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]

    response = bob.put(f"posts/{post['id']}/reaction", {"type": after})

    assert (
        response.json()["reactions"] == shown_totals(alice, post) == expected_totals(**{after: 1})
    )
    listed = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]
    assert listed == [{**before, "type": after}]
    assert list(live_records("reactions.reaction")) == [f"{post['id']}:{bob.id}"]


def test_a_removed_reaction_is_no_longer_counted(alice, bob, flush_all, document):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    alice.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    flush_all()

    response = bob.delete(f"posts/{post['id']}/reaction")

    assert response.status_code == 200
    assert response.json() == {
        "message": "Reaction removed",
        "reaction": {"type": None},
        "reactions": expected_totals(wow=1),
    }
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() == {"type": None}
    flush_all()
    assert document(Reaction, f"{post['id']}:{bob.id}")["_deleted_at"] is not None
    assert document(Post, post["id"])["reactions_wow"] == 1


def test_setting_and_removing_twice_changes_nothing_more(alice, bob):
    post = alice.create_post()
    with assert_no_changes():
        response = bob.delete(f"posts/{post['id']}/reaction")
    assert response.json()["reactions"] == expected_totals()
    first = bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    with assert_no_changes():
        again = bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    assert (again.status_code, again.content) == (200, first.content)


def test_a_repeated_request_with_the_same_key_gets_the_same_response_after_a_removal(alice, bob):
    path, key = f"posts/{alice.create_post()['id']}/reaction", {"Idempotency-Key": "k"}
    first = bob.put(path, {"type": "like"}, **key)
    bob.delete(path)
    with assert_no_changes():
        assert bob.put(path, {"type": "like"}, **key).content == first.content
        assert bob.put(path, {"type": "love"}, **key).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": ""},
        {"type": None},
        {"type": "LIKE"},
        {"type": "like.x$y"},
        {"type": 1},
        {"type": True},
        {"type": ["like"]},
        {"type": {"$gt": ""}},
        {"type": "like", "reactions": {"like": 999_999}},
        {"type": "like", "previous": "love"},
        {"type": "like", "user_id": "0" * 24},
        [],
        "like",
    ],
)
def test_an_invalid_reaction_is_rejected_and_changes_nothing(alice, bob, body):
    path = f"posts/{alice.create_post()['id']}/reaction"
    bob.put(path, {"type": "sad"})
    with assert_no_changes():
        response = bob.put(path, orjson.dumps(body))
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 1


def test_totals_cannot_be_set_with_a_post(alice):
    post = alice.create_post()
    with assert_no_changes():
        body = {"text": "x", "reactions": expected_totals(like=9)}
        assert alice.post("posts", body).status_code == 400
        assert alice.patch(f"posts/{post['id']}", body).status_code == 400
        assert alice.patch(f"posts/{post['id']}", {"reactions_like": 9}).status_code == 400


def test_an_edit_keeps_the_totals_and_returns_them(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "happy"})
    response = alice.patch(f"posts/{post['id']}", {"text": "Edited"})
    assert response.json()["post"]["reactions"] == expected_totals(happy=1)


# Permissions --------------------------------------------------------------------------------------


def assert_all_refused(person, post, status):
    """Hold that every route of a post's reactions responses so, and that nothing happens."""
    path = f"posts/{post['id']}/reaction"
    with assert_no_changes():
        assert person.put(path, {"type": "like"}).status_code == status
        assert person.delete(path).status_code == status
        assert person.get(f"{path}s").status_code == status
        assert person.get(f"{path}s/mine").status_code == status


def test_only_viewers_of_a_post_may_react_to_it(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    for person in (alice, bob):
        response = person.put(f"posts/{post['id']}/reaction", {"type": "love"})
        assert response.status_code == 200
    assert_all_refused(stranger, post, 404)
    assert_all_refused(anonymous, post, 401)
    assert shown_totals(alice, post) == expected_totals(love=2)


def test_only_the_author_reacts_to_a_private_post(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="private")
    assert_all_refused(bob, post, 404)
    assert alice.put(f"posts/{post['id']}/reaction", {"type": "sad"}).status_code == 200


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_blocked_member_cannot_react_but_can_remove_a_reaction(alice, bob, stranger, direction):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    stranger.put(f"posts/{post['id']}/reaction", {"type": "love"})
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    path = f"posts/{post['id']}/reaction"
    with assert_no_changes():
        assert bob.put(path, {"type": "wow"}).status_code == 404
    assert shown_totals(alice, post) == expected_totals(like=1, love=1)
    removed = {"message": "Reaction removed", "reaction": {"type": None}, "reactions": None}
    assert bob.delete(path).json() == removed  # nothing about the post
    assert shown_totals(alice, post) == expected_totals(love=1)
    assert_all_refused(bob, post, 404)


def test_only_followers_react_to_posts_of_a_private_account(alice, stranger):
    post = alice.create_post()
    alice.patch("users/me/settings", {"is_private": True})
    assert_all_refused(stranger, post, 404)


def test_a_deleted_or_unknown_post_has_no_reactions(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    alice.delete(f"posts/{post['id']}")
    assert_all_refused(bob, post, 404)
    assert_all_refused(bob, {"id": "0" * 24}, 404)


# Events -------------------------------------------------------------------------------------------


def reaction_events(person, *topics):
    return [e["data"] for e in person.received_events(*topics) if e["type"] == "reaction.changed"]


def test_each_change_is_announced_with_the_new_totals(alice, bob, stranger):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    bob.put(path, {"type": "like"})
    alice.put(path, {"type": "like"})
    bob.put(path, {"type": "angry"})
    bob.delete(path)
    expected = [
        {
            "post_id": post["id"],
            "user_id": who.id,
            "type": kind,
            "reactions": expected_totals(**after),
        }
        for who, kind, after in (
            (bob, "like", {"like": 1}),
            (alice, "like", {"like": 2}),
            (bob, "angry", {"like": 1, "angry": 1}),
            (bob, None, {"like": 1}),
        )
    ]
    assert (
        reaction_events(stranger, f"post:{post['id']}")
        == reaction_events(bob, f"post:{post['id']}")
        == expected
    )
    assert reaction_events(alice) == expected
    assert reaction_events(bob) == reaction_events(stranger, "feed", f"user:{alice.id}") == []


def test_only_viewers_of_the_post_receive_the_event(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    assert len(reaction_events(bob, f"post:{post['id']}")) == 1
    assert reaction_events(stranger, f"post:{post['id']}") == []
    alice.delete(f"posts/{post['id']}")
    assert reaction_events(bob, f"post:{post['id']}") == reaction_events(alice) == []


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_blocked_members_do_not_receive_the_event(alice, bob, stranger, direction):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    blocker, blocked = (bob, stranger) if direction == "blocks" else (stranger, bob)
    blocker.put(f"users/{blocked.id}/block")
    assert reaction_events(stranger, f"post:{post['id']}") == []
    assert len(reaction_events(alice, f"post:{post['id']}")) == 1
