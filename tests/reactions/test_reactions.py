"""Setting, changing and removing one's reaction, through HTTP."""

import orjson
import pytest

from mysocial.store import reads, write
from posts.models import Post
from posts.reaction_types import ReactionType
from posts.store import posts
from reactions.models import Reaction
from tests.reactions.totals import shown, totals
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import anonymous
from users.store import users


def test_a_post_has_a_counter_for_each_kind_of_reaction():
    counters = {name for name in posts.counters if name.startswith("reactions_")}
    assert counters == {f"reactions_{kind}" for kind in ReactionType.values}
    assert counters <= {field.name for field in Post._meta.get_fields()}


def test_a_reaction_is_counted_shown_and_reaches_mongodb(alice, bob, flush_all, document):
    post = alice.create_post()
    assert post["reactions"] == totals()

    answer = bob.put(f"posts/{post['id']}/reaction", {"type": "love"})

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Reaction set",
        "reaction": {"type": "love"},
        "reactions": totals(love=1),
    }
    assert alice.get("posts").json()["posts"] == [{**post, "reactions": totals(love=1)}]
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() == {"type": "love"}
    assert alice.get(f"posts/{post['id']}/reactions/mine").json() == {"type": None}
    flush_all()
    edge = document(Reaction, f"{post['id']}:{bob.id}")
    assert (edge["post_id"], edge["user_id"], edge["type"]) == (post["id"], bob.id, "love")
    assert document(Post, post["id"])["reactions_love"] == 1


@pytest.mark.parametrize("after", [kind for kind in ReactionType.values if kind != "like"])
def test_a_changed_reaction_is_counted_once_as_what_it_is_now(alice, bob, after):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    (before,) = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]

    answer = bob.put(f"posts/{post['id']}/reaction", {"type": after})

    assert answer.json()["reactions"] == shown(alice, post) == totals(**{after: 1})
    listed = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]
    assert listed == [{**before, "type": after}]
    assert list(live_records("reactions.reaction")) == [f"{post['id']}:{bob.id}"]


def test_a_removed_reaction_is_no_longer_counted(alice, bob, flush_all, document):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    alice.put(f"posts/{post['id']}/reaction", {"type": "wow"})
    flush_all()

    answer = bob.delete(f"posts/{post['id']}/reaction")

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Reaction removed",
        "reaction": {"type": None},
        "reactions": totals(wow=1),
    }
    assert bob.get(f"posts/{post['id']}/reactions/mine").json() == {"type": None}
    flush_all()
    assert document(Reaction, f"{post['id']}:{bob.id}")["_deleted_at"] is not None
    assert document(Post, post["id"])["reactions_wow"] == 1


def test_setting_and_removing_twice_changes_nothing_more(alice, bob):
    post = alice.create_post()
    with assert_no_changes():
        answer = bob.delete(f"posts/{post['id']}/reaction")
    assert answer.json()["reactions"] == totals()
    first = bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    with assert_no_changes():
        again = bob.put(f"posts/{post['id']}/reaction", {"type": "sad"})
    assert (again.status_code, again.content) == (200, first.content)


def test_a_reaction_under_a_key_is_answered_again_after_it_was_removed(alice, bob):
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
def test_a_reaction_that_breaks_a_rule_is_refused_and_changes_nothing(alice, bob, body):
    path = f"posts/{alice.create_post()['id']}/reaction"
    bob.put(path, {"type": "sad"})
    with assert_no_changes():
        answer = bob.put(path, orjson.dumps(body))
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1


def test_totals_can_not_be_given_with_a_post(alice):
    post = alice.create_post()
    with assert_no_changes():
        body = {"text": "x", "reactions": totals(like=9)}
        assert alice.post("posts", body).status_code == 400
        assert alice.patch(f"posts/{post['id']}", body).status_code == 400
        assert alice.patch(f"posts/{post['id']}", {"reactions_like": 9}).status_code == 400


def test_an_edit_keeps_the_totals_and_answers_with_them(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "happy"})
    answer = alice.patch(f"posts/{post['id']}", {"text": "Edited"})
    assert answer.json()["post"]["reactions"] == totals(happy=1)


# Who may ----------------------------------------------------------------------------------------


def refused(person, post, status):
    """Hold that every route of a post's reactions answers so, and that nothing happens."""
    path = f"posts/{post['id']}/reaction"
    with assert_no_changes():
        assert person.put(path, {"type": "like"}).status_code == status
        assert person.delete(path).status_code == status
        assert person.get(f"{path}s").status_code == status
        assert person.get(f"{path}s/mine").status_code == status


def test_whoever_sees_a_post_may_react_and_nobody_else(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    for person in (alice, bob):
        answer = person.put(f"posts/{post['id']}/reaction", {"type": "love"})
        assert answer.status_code == 200
    refused(stranger, post, 404)
    refused(anonymous, post, 401)
    assert shown(alice, post) == totals(love=2)


def test_a_private_post_is_for_its_author_to_react_to(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="private")
    refused(bob, post, 404)
    assert alice.put(f"posts/{post['id']}/reaction", {"type": "sad"}).status_code == 200


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_nobody_reacts_across_a_block(alice, bob, direction):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    refused(bob, post, 404)
    assert shown(alice, post) == totals(like=1)


def test_a_private_account_hides_its_posts_from_reactions_too(alice, stranger):
    post = alice.create_post()
    with write() as w:
        w.update(reads.get_record(users, alice.id), is_private=True)
    refused(stranger, post, 404)


def test_a_post_that_is_gone_or_never_was_can_not_be_reacted_to(alice, bob):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    alice.delete(f"posts/{post['id']}")
    refused(bob, post, 404)
    refused(bob, {"id": "0" * 24}, 404)


# Who hears --------------------------------------------------------------------------------------


def news(person, *topics):
    return [e["data"] for e in person.received_events(*topics) if e["type"] == "reaction.changed"]


def test_each_change_is_heard_with_the_totals_after_it(alice, bob, stranger):
    post = alice.create_post()
    path = f"posts/{post['id']}/reaction"
    bob.put(path, {"type": "like"})
    alice.put(path, {"type": "like"})
    bob.put(path, {"type": "angry"})
    bob.delete(path)
    expected = [
        {"post_id": post["id"], "user_id": who.id, "type": kind, "reactions": totals(**after)}
        for who, kind, after in (
            (bob, "like", {"like": 1}),
            (alice, "like", {"like": 2}),
            (bob, "angry", {"like": 1, "angry": 1}),
            (bob, None, {"like": 1}),
        )
    ]
    assert news(stranger, f"post:{post['id']}") == news(bob, f"post:{post['id']}") == expected
    assert news(alice) == expected
    assert news(bob) == news(stranger, "feed", f"user:{alice.id}") == []


def test_nobody_hears_who_can_not_see_the_post(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post(privacy="followers")
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    assert len(news(bob, f"post:{post['id']}")) == 1
    assert news(stranger, f"post:{post['id']}") == []
    alice.delete(f"posts/{post['id']}")
    assert news(bob, f"post:{post['id']}") == news(alice) == []


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_nobody_hears_of_somebody_across_a_block(alice, bob, stranger, direction):
    post = alice.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    blocker, blocked = (bob, stranger) if direction == "blocks" else (stranger, bob)
    blocker.put(f"users/{blocked.id}/block")
    assert news(stranger, f"post:{post['id']}") == []
    assert len(news(alice, f"post:{post['id']}")) == 1
