"""Reading and changing profiles, through HTTP."""

import orjson
import pytest

from mysocial.core.redis import client
from mysocial.store import reads
from tests.support.concurrency import assert_no_changes, count_statuses, run_concurrently
from tests.support.people import anonymous
from tests.support.shared_objects import shared, with_absolute_addresses
from users.models import User
from users.representations import (
    ProfileSerializer,
    ProfileViewerSerializer,
    SharedProfileSerializer,
    profile_template,
)
from users.store import users

PROFILE = {
    "quote": "Less, but better.",
    "work": "Braun",
    "school": "Wiesbaden",
    "location": "Kronberg",
    "facebook": "https://facebook.com/dieter",
    "instagram": "http://instagram.com/dieter",
    "twitter": "",
    "youtube": "https://youtube.com/@dieter",
}


def test_a_profile_is_visible_to_every_member(alice, bob):
    own, visible = alice.get("users/me"), bob.get(f"users/{alice.id}")
    assert own.status_code == visible.status_code == 200
    assert shared(own.json()) == shared(visible.json())
    assert visible.json()["username"] == "alice"
    assert {"email", "password", "username_key"}.isdisjoint(visible.json())
    assert anonymous.get(f"users/{alice.id}").status_code == 401


def test_an_unknown_member_is_not_found(alice):
    for path in ("users/" + "0" * 24, "users/x", "users/" + "0" * 25, "users/0%00"):
        response = alice.get(path)
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"


def test_a_profile_change_is_sent_to_clients_that_show_it(alice, bob, flush_all, document):
    response = alice.patch("users/me", PROFILE)
    assert response.status_code == 200
    assert response.json()["message"] == "Profile updated"
    profile = bob.get(f"users/{alice.id}").json()
    assert shared(response.json()["user"]) == shared(profile)
    assert {name: profile[name] for name in PROFILE} == PROFILE
    data = {name: value for name, value in shared(profile).items() if name != "posts_count"}
    event = {"type": "user.updated", "data": data}
    assert bob.received_events(f"user:{alice.id}") == [event]
    assert alice.received_events() == [event]
    assert bob.received_events() == []
    flush_all()
    assert document(User, alice.id)["quote"] == PROFILE["quote"]


def test_a_change_of_one_field_keeps_the_others(alice):
    alice.patch("users/me", PROFILE)
    alice.patch("users/me", {"work": ""})
    profile = alice.get("users/me").json()
    assert {name: profile[name] for name in PROFILE} == {**PROFILE, "work": ""}


@pytest.mark.parametrize("text", ["123", "null", "true", "undefined", "{}", '["x"]', "-0"])
def test_a_text_that_looks_like_a_json_value_stays_a_text(alice, bob, text, flush_all):
    alice.patch("users/me", {"quote": text})
    for _ in range(2):
        profile = bob.get(f"users/{alice.id}").json()
        assert (profile["quote"], profile["work"]) == (text, "")
        flush_all()
        client().flushall()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"quote": "x" * 301},
        {"quote": None},
        {"quote": 5},
        {"quote": True},
        {"quote": ["x"]},
        {"quote": {"$gt": ""}},
        {"quote": "a\x00b"},
        {"facebook": "facebook"},
        {"facebook": "ftp://facebook.com"},
        {"facebook": "javascript:alert(1)"},
        {"username": "mallory"},
        {"username_key": "mallory"},
        {"followers_count": 1_000_000},
        {"is_private": True},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"version": 1},
        {"_id": "0" * 24},
        [],
        "quote",
        None,
    ],
)
def test_an_invalid_change_changes_nothing(alice, change):
    with assert_no_changes():
        response = alice.patch("users/me", orjson.dumps(change))
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"


def test_all_errors_are_reported_together(alice):
    invalid = {"quote": "x" * 301, "work": 5, "facebook": "x", "role": "admin"}
    response = alice.patch("users/me", invalid)
    assert {error["field"] for error in response.json()["errors"]} == set(invalid)


def test_a_profile_cannot_be_changed_by_others(alice, bob):
    with assert_no_changes():
        assert bob.patch(f"users/{alice.id}", {"quote": "x"}).status_code == 405
        assert anonymous.patch("users/me", {"quote": "x"}).status_code == 401


def test_concurrent_changes_of_different_fields_are_all_kept(alice):
    changes = [{name: value} for name, value in PROFILE.items() if value]
    responses = run_concurrently(
        *[lambda c=change: alice.patch("users/me", c) for change in changes]
    )
    assert count_statuses(responses) == {200: len(changes)}
    profile = alice.get("users/me").json()
    assert {name: profile[name] for name in PROFILE} == PROFILE


@pytest.mark.parametrize("direction", ["blocks", "is blocked"])
def test_a_block_in_either_direction_hides_the_profile(alice, bob, direction):
    blocker, blocked = (alice, bob) if direction == "blocks" else (bob, alice)
    blocker.put(f"users/{blocked.id}/block")
    alice.patch("users/me", {"quote": "New"})
    assert bob.get(f"users/{alice.id}").status_code == 404

    def updates(person):
        return [
            event
            for event in person.received_events(f"user:{alice.id}")
            if event["type"] == "user.updated"
        ]

    assert updates(bob) == []
    assert len(updates(alice)) == 1


def test_a_profile_matches_its_serializer(alice):
    alice.patch("users/me", {**PROFILE, "quote": 'é "quoted" \\ \u2028 </script>'})
    (row,) = reads.get_rows(profile_template, [alice.id])
    expected = SharedProfileSerializer(users.values(reads.get_record(users, alice.id))).data
    assert orjson.loads(profile_template.render(row)) == expected
    expected = with_absolute_addresses(dict(expected))
    sent = alice.get("users/me").json()
    assert list(sent) == list(ProfileSerializer().fields)
    assert list(sent["viewer"]) == list(ProfileViewerSerializer().fields)
    assert (shared(sent), list(sent)[:-1]) == (expected, list(expected))
