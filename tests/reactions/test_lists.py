"""Lists of the reactions to a post and of a member's reactions."""

import orjson
import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.store import reads
from posts.reaction_types import ReactionType
from posts.representations import PostSerializer
from reactions.models import Reaction
from reactions.representations import (
    ReactionOnPostSerializer,
    ReactionSerializer,
    own_reaction_template,
    reaction_template,
)
from reactions.store import reactions
from tests.support.concurrency import assert_no_changes
from tests.support.people import anonymous, sign_up
from tests.support.shared_objects import with_absolute_addresses
from users.store import users


def test_mongodb_has_an_index_for_each_list():
    indexes = mongo.collection(Reaction).index_information()
    end = [("created_at", -1), ("_id", -1)]
    assert indexes["post"]["key"] == [("_deleted_at", 1), ("post_id", 1), *end]
    assert indexes["type"]["key"] == [("_deleted_at", 1), ("post_id", 1), ("type", 1), *end]
    assert indexes["user"]["key"] == [("_deleted_at", 1), ("user_id", 1), *end]


@pytest.fixture
def crowd():
    return [sign_up(f"person{number}") for number in range(7)]


def react(person, post, kind="like"):
    assert person.put(f"posts/{post['id']}/reaction", {"type": kind}).status_code == 200


def walk_pages(person, path, limit=2):
    """Return the items of all pages of a list."""
    items, cursor = [], ""
    while cursor is not None:
        response = person.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        assert response.status_code == 200
        items += response.json()["reactions"]
        next_cursor = response.json()["next"]
        cursor = next_cursor and f"&cursor={next_cursor}"
    return items


def usernames(items):
    return [item["author"]["username"] for item in items]


def test_reactions_are_listed_newest_first_with_type_time_and_author(alice, bob):
    post = alice.create_post()
    react(bob, post, "wow")
    react(alice, post, "sad")
    first, second = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]
    assert (first["type"], second["type"]) == ("sad", "wow")
    assert first["created_at"] >= second["created_at"]
    assert first["author"] == post["author"]
    assert second["author"]["id"] == bob.id
    assert set(first) == {"type", "created_at", "author"}


def test_all_reactions_are_listed_once_by_type_or_together(alice, bob, crowd, flush_all):
    post, other = alice.create_post(), alice.create_post()
    for number, person in enumerate(crowd):
        react(person, post, "love" if number % 2 else "like")
        react(person, other, "love")
    path = f"posts/{post['id']}/reactions"

    def hold():
        everybody = [f"person{number}" for number in reversed(range(7))]
        assert usernames(walk_pages(bob, path)) == everybody
        assert usernames(walk_pages(bob, f"{path}?type=love")) == everybody[1::2]
        assert usernames(walk_pages(bob, f"{path}?type=like", 1)) == everybody[::2]
        assert walk_pages(bob, f"{path}?type=angry") == []

    hold()
    flush_all()
    client().flushall()
    hold()


def test_a_changed_reaction_moves_between_lists(alice, bob, flush_all):
    post = alice.create_post()
    path = f"posts/{post['id']}/reactions"
    react(bob, post, "like")
    flush_all()
    react(bob, post, "love")
    for _ in range(2):
        assert walk_pages(alice, f"{path}?type=like") == []
        assert (
            usernames(walk_pages(alice, f"{path}?type=love"))
            == usernames(walk_pages(alice, path))
            == ["bob"]
        )
        flush_all()
        client().flushall()


def test_reactions_of_blocked_members_are_left_out_of_full_pages(alice, bob, crowd):
    post = alice.create_post()
    for person in crowd:
        react(person, post)
    bob.put(f"users/{crowd[6].id}/block")
    crowd[3].put(f"users/{bob.id}/block")
    expected = [f"person{number}" for number in (5, 4, 2, 1, 0)]
    path = f"posts/{post['id']}/reactions"
    assert (
        usernames(walk_pages(bob, path))
        == usernames(walk_pages(bob, f"{path}?type=like", 1))
        == expected
    )
    page = bob.get(f"{path}?limit=2").json()["reactions"]
    assert usernames(page) == expected[:2]
    assert len(walk_pages(alice, path)) == 7


@pytest.mark.parametrize("query", ["type=", "type=x", "type=LIKE", "type=%00", "type=like,love"])
def test_an_invalid_type_is_reported(alice, query):
    post = alice.create_post()
    with assert_no_changes():
        response = alice.get(f"posts/{post['id']}/reactions?{query}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["type"]


def test_an_invalid_cursor_or_limit_is_rejected(alice):
    for path in (f"posts/{alice.create_post()['id']}/reactions", f"users/{alice.id}/reactions"):
        assert alice.get(f"{path}?limit=0").status_code == 400
        assert alice.get(f"{path}?cursor=x").status_code == 400


def test_a_members_reactions_are_listed_with_their_posts_newest_first(alice, bob, stranger):
    written = [alice.create_post(str(number)) for number in range(5)]
    for number, post in enumerate(written):
        react(bob, post, ReactionType.values[number])
    items = walk_pages(stranger, f"users/{bob.id}/reactions")
    assert [item["type"] for item in items] == ReactionType.values[4::-1]
    assert [item["post"] for item in items] == [
        stranger.get(f"posts/{post['id']}").json() for post in reversed(written)
    ]


def test_a_members_reactions_to_invisible_posts_are_left_out(alice, bob, stranger, crowd):
    bob.put(f"users/{alice.id}/follow")
    shy = alice.create_post("For followers", privacy="followers")
    open_, gone, late = (
        alice.create_post("For all"),
        alice.create_post("Gone"),
        crowd[0].create_post("Late"),
    )
    for post in (shy, open_, gone, late):
        react(bob, post)
    alice.delete(f"posts/{gone['id']}")
    stranger.put(f"users/{crowd[0].id}/block")

    def texts(person):
        return [item["post"]["text"] for item in walk_pages(person, f"users/{bob.id}/reactions", 1)]

    assert texts(bob) == texts(alice) == ["Late", "For all", "For followers"]
    assert texts(stranger) == ["For all"]


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_reactions_of_a_blocked_member_are_not_found(alice, bob, direction):
    react(bob, bob.create_post())
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    assert alice.get(f"users/{bob.id}/reactions").status_code == 404
    assert alice.get(f"users/{'0' * 24}/reactions").status_code == 404
    assert anonymous.get(f"users/{bob.id}/reactions").status_code == 401


def test_the_response_bytes_match_the_serializers(alice, bob):
    post = alice.create_post('é "quoted"')
    react(bob, post, "happy")
    pk = f"{post['id']}:{bob.id}"
    values = reactions.values(reads.get_record(reactions, pk))
    (row,) = reads.get_rows(reaction_template, [pk])
    expected = ReactionSerializer(
        {**values, "author": users.values(reads.get_record(users, bob.id))}
    ).data
    assert orjson.loads(reaction_template.render(row)) == expected
    expected = with_absolute_addresses(dict(expected))
    (sent,) = alice.get(f"posts/{post['id']}/reactions").json()["reactions"]
    assert (sent, list(sent)) == (expected, list(expected))

    (made,) = reads.get_rows(own_reaction_template, [pk])
    assert orjson.loads(own_reaction_template.render(made)) == {
        name: expected[name] for name in ("type", "created_at")
    }
    (sent,) = alice.get(f"users/{bob.id}/reactions").json()["reactions"]
    assert list(sent) == list(ReactionOnPostSerializer().fields)
    assert list(sent["post"]) == list(PostSerializer().fields)


def test_the_reactions_of_a_private_account_are_for_its_followers(alice, bob, stranger):
    alice.put(f"users/{bob.id}/follow")
    post = stranger.create_post()
    bob.put(f"posts/{post['id']}/reaction", {"type": "like"})
    bob.patch("users/me/settings", {"is_private": True})
    for person in (alice, bob):
        reactions = person.get(f"users/{bob.id}/reactions").json()["reactions"]
        assert [reaction["post"]["id"] for reaction in reactions] == [post["id"]]
    assert stranger.get(f"users/{bob.id}/reactions").status_code == 404
    bob.patch("users/me/settings", {"is_private": False})
    assert stranger.get(f"users/{bob.id}/reactions").status_code == 200
