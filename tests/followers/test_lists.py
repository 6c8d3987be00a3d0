"""Lists of followers, followed and blocked members, and relationships, through HTTP."""

import pytest

from followers.models import Follow
from followers.serializers import RelatedPersonSerializer, RelationSerializer
from tests.followers.relations import counters, ids, people, relation
from tests.support.concurrency import (
    assert_no_changes,
    count_script_calls,
    count_statuses,
    live_records,
    run_concurrently,
)
from tests.support.people import anonymous, sign_up


def test_followers_and_following_are_listed_newest_first_with_the_relation(alice, bob, flush_all):
    fans = [sign_up(f"fan{number}") for number in range(4)]
    for fan in fans:
        fan.put(f"users/{alice.id}/follow")
    bob.put(f"users/{fans[0].id}/follow")
    fans[1].put(f"users/{bob.id}/follow")
    bob.put(f"users/{fans[2].id}/mute")
    newest_first = [fan.id for fan in reversed(fans)]

    for _ in range(2):
        members = people(bob, f"users/{alice.id}/followers")
        assert [member["id"] for member in members] == newest_first
        assert [member["relation"] for member in members] == [
            relation(fans[3].id),
            relation(fans[2].id, muting=True),
            relation(fans[1].id, followed_by=True),
            relation(fans[0].id, following=True),
        ]
        card = {name: members[0][name] for name in ("id", "username", "is_private", "avatar_url")}
        assert card == {
            "id": fans[3].id, "username": "fan3", "is_private": False,
            "avatar_url": fans[3].get("users/me").json()["avatar_url"],
        }  # fmt: skip
        assert set(members[0]) == {*card, "display_name", "avatar_color", "relation"}
        assert ids(bob, f"users/{fans[0].id}/following") == [alice.id]
        assert ids(alice, f"users/{alice.id}/following") == []
        flush_all()


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_block_hides_members_and_their_lists(alice, bob, direction):
    carol = sign_up("carol")
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    for fan in (alice, bob):
        fan.put(f"users/{carol.id}/follow")
        carol.put(f"users/{fan.id}/follow")
    blocker.put(f"users/{blocked.id}/block")
    for list_name in ("followers", "following"):
        assert ids(alice, f"users/{carol.id}/{list_name}") == [alice.id]
        assert ids(carol, f"users/{carol.id}/{list_name}") == [bob.id, alice.id]
        assert alice.get(f"users/{bob.id}/{list_name}").status_code == 404
        assert alice.get(f"users/{'0' * 24}/{list_name}").status_code == 404
        assert anonymous.get(f"users/{bob.id}/{list_name}").status_code == 401


def test_only_followers_see_the_follows_of_a_private_account(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    alice.patch("users/me/settings", {"is_private": True})
    assert ids(bob, f"users/{alice.id}/followers") == [bob.id]
    assert ids(alice, f"users/{alice.id}/followers") == [bob.id]
    assert stranger.get(f"users/{alice.id}/followers").status_code == 404
    assert stranger.get(f"users/{alice.id}/following").status_code == 404


def test_relationships_are_returned_in_the_requested_order(alice, bob, stranger):
    secret, blocked, nemesis = (sign_up(name) for name in ("secret", "blocked", "nemesis"))
    alice.put(f"users/{bob.id}/follow")
    stranger.put(f"users/{alice.id}/follow")
    alice.put(f"users/{stranger.id}/mute")
    secret.patch("users/me/settings", {"is_private": True})
    alice.put(f"users/{secret.id}/follow")
    alice.put(f"users/{blocked.id}/block")
    alice.put(f"users/{nemesis.id}/mute")
    nemesis.put(f"users/{alice.id}/block")
    user_ids = [bob.id, stranger.id, secret.id, blocked.id, nemesis.id, "0" * 24, alice.id, bob.id]
    response = alice.get("users/relationships?" + "&".join(f"id={user_id}" for user_id in user_ids))
    assert response.status_code == 200
    assert response.json() == {
        "relationships": [
            relation(bob.id, following=True),
            relation(stranger.id, followed_by=True, muting=True),
            relation(secret.id, requested=True),
            relation(blocked.id, blocking=True),
            relation(nemesis.id),
            relation("0" * 24),
            relation(alice.id),
        ]
    }


def test_relationships_need_one_to_a_hundred_ids(alice):
    many = "&".join(f"id={number:024x}" for number in range(101))
    for query in ("", "id=", "id=x", "id[$ne]=1", many):
        assert alice.get(f"users/relationships?{query}").status_code == 400
    response = alice.get(f"users/relationships?{many.rpartition('&')[0]}")
    assert len(response.json()["relationships"]) == 100
    assert anonymous.get(f"users/relationships?id={alice.id}").status_code == 401


def test_the_removal_of_a_follower_is_sent_to_both_members(alice, bob, flush_all, document):
    bob.put(f"users/{alice.id}/follow")
    alice.put(f"users/{bob.id}/follow")
    post = alice.create_post(privacy="followers")
    response = alice.delete(f"users/me/followers/{bob.id}")
    assert response.status_code == 200
    assert response.json() == {
        "message": "Follower removed",
        "relation": relation(bob.id, following=True),
    }
    assert (counters(alice), counters(bob)) == ((1, 0), (0, 1))
    assert bob.get(f"posts/{post['id']}").status_code == 404
    ended = {"type": "follow.deleted", "data": {"follower_id": bob.id, "followee_id": alice.id}}
    assert alice.received_events()[-1] == bob.received_events()[-1] == ended
    flush_all()
    assert document(Follow, f"{bob.id}:{alice.id}")["_deleted_at"] is not None
    with assert_no_changes():
        assert alice.delete(f"users/me/followers/{bob.id}").status_code == 200
        assert alice.delete(f"users/me/followers/{'0' * 24}").status_code == 404
        assert alice.delete(f"users/me/followers/{alice.id}").status_code == 400
        assert anonymous.delete(f"users/me/followers/{bob.id}").status_code == 401


def test_concurrent_removals_and_unfollows_delete_one_follow(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    responses = run_concurrently(
        *[lambda: alice.delete(f"users/me/followers/{bob.id}")] * 5,
        *[lambda: bob.delete(f"users/{alice.id}/follow")] * 5,
    )
    assert count_statuses(responses) == {200: 10}
    assert (counters(alice), counters(bob)) == ((0, 0), (0, 0))
    assert len(alice.received_events()) == 2
    assert live_records("followers.follow") == {}


def test_blocks_are_listed_for_the_blocker_only(alice, bob, stranger, flush_all):
    nemesis = sign_up("nemesis")
    alice.put(f"users/{bob.id}/block")
    alice.put(f"users/{nemesis.id}/block")
    nemesis.put(f"users/{alice.id}/block")
    for _ in range(2):
        members = people(alice, "users/me/blocks")
        assert [member["id"] for member in members] == [nemesis.id, bob.id]
        assert [member["relation"] for member in members] == [
            relation(nemesis.id, blocking=True),
            relation(bob.id, blocking=True),
        ]
        assert ids(bob, "users/me/blocks") == ids(stranger, "users/me/blocks") == []
        flush_all()
    assert anonymous.get("users/me/blocks").status_code == 401


def test_a_page_of_hidden_people_has_a_next_page(alice, bob):
    fans = [sign_up(f"fan{number}") for number in range(5)]
    for fan in fans:
        fan.put(f"users/{bob.id}/follow")
    for fan in fans[1:]:
        alice.put(f"users/{fan.id}/block")
    response = alice.get(f"users/{bob.id}/followers?limit=1")
    assert [member["id"] for member in response.json()["users"]] == [fans[0].id]
    assert response.json()["next"] is None


def test_people_match_their_serializers(alice, bob):
    bob.put(f"users/{alice.id}/follow")
    (person,) = people(bob, f"users/{alice.id}/followers")
    assert person == RelatedPersonSerializer(person).data
    assert list(person) == list(RelatedPersonSerializer().fields)
    (relationship,) = bob.get(f"users/relationships?id={alice.id}").json()["relationships"]
    assert relationship == RelationSerializer(relationship).data
    assert list(relationship) == list(person["relation"]) == list(RelationSerializer().fields)


@pytest.mark.parametrize("list_name", ["followers", "following"])
def test_a_page_of_people_takes_as_many_script_calls_as_one_person(alice, bob, list_name):
    def follows(other):
        follower, followed = (other, alice) if list_name == "followers" else (alice, other)
        assert follower.put(f"users/{followed.id}/follow").status_code == 200

    def page():
        return bob.get(f"users/{alice.id}/{list_name}?limit=100").json()["users"]

    follows(sign_up("first"))
    page()
    single = count_script_calls(page)
    for number in range(15):
        follows(sign_up(f"person{number}"))
    page()
    assert len(page()) == 16
    assert count_script_calls(page) == single <= 3
