"""Reading and changing settings, through HTTP."""

import orjson
import pytest

from mysocial.core import mongo
from mysocial.core.redis import client
from mysocial.record_migrations.registry import RecordMigration
from mysocial.record_migrations.run import run_migration
from tests.support.concurrency import assert_no_changes, run_concurrently
from tests.support.people import anonymous, sign_up
from tests.support.shared_objects import shared
from users.models import NOTIFICATION_TYPES, User
from users.record_migrations import add_notification_types
from users.store import users

DEFAULTS = {
    notification_type: {"in_app": True, "email": notification_type != "poll"}
    for notification_type in NOTIFICATION_TYPES
}


def test_making_an_account_private_is_sent_to_clients_that_show_it(alice, bob, flush_all, document):
    response = alice.patch("users/me/settings", {"is_private": True})
    assert response.status_code == 200
    assert response.json() == {
        "message": "Settings updated",
        "settings": {
            "is_private": True,
            "who_may_message": "everyone",
            "shows_presence": True,
            "shows_in_leaderboards": True,
            "notifications": DEFAULTS,
            "birth_date": "",
        },
    }
    assert alice.get("users/me/settings").json() == response.json()["settings"]
    profile = bob.get(f"users/{alice.id}").json()
    assert profile["is_private"] is True
    data = {name: value for name, value in shared(profile).items() if name != "posts_count"}
    assert bob.received_events(f"user:{alice.id}") == [
        {"type": "user.updated", "data": data},
        {"type": "user.hidden", "data": {"user_id": alice.id, "what": "posts"}},
    ]
    flush_all()
    assert document(User, alice.id)["is_private"] is True
    alice.patch("users/me/settings", {"is_private": False})
    assert bob.get(f"users/{alice.id}").json()["is_private"] is False


def test_equal_settings_change_nothing(alice):
    alice.patch("users/me/settings", {"is_private": True})
    with assert_no_changes():
        response = alice.patch("users/me/settings", {"is_private": True})
    assert response.json()["settings"]["is_private"] is True


@pytest.mark.parametrize(
    "body",
    [{}, {"is_private": "true"}, {"is_private": 1}, {"is_private": None}, {"is_private": {}},
     {"username": "x"}, {"is_private": True, "role": "admin"}, [], {"notifications": {}},
     {"shows_in_leaderboards": "no"}, {"shows_in_leaderboards": None},
     {"shows_presence": 0}, {"who_may_message": "friends"}, {"who_may_message": None},
     {"notifications": []},
     {"notifications": {"spam": {"email": True}}}, {"notifications": {"comment": {"sms": True}}},
     {"notifications": {"comment": {"email": 1}}}, {"notifications": {"comment": True}}],
)  # fmt: skip
def test_an_invalid_setting_changes_nothing(alice, body):
    with assert_no_changes():
        assert alice.patch("users/me/settings", orjson.dumps(body)).status_code == 400


def test_one_preference_is_changed_without_an_event(alice, bob, flush_all, document):
    events = bob.received_events(f"user:{alice.id}")
    response = alice.patch("users/me/settings", {"notifications": {"reaction": {"email": False}}})
    alice.patch("users/me/settings", {"who_may_message": "following"})
    expected = dict(DEFAULTS)
    expected["reaction"] = {"in_app": True, "email": False}
    assert response.json()["settings"]["notifications"] == expected
    assert alice.get("users/me/settings").json() == {
        "is_private": False, "who_may_message": "following", "shows_presence": True,
        "shows_in_leaderboards": True, "notifications": expected, "birth_date": "",
    }  # fmt: skip
    assert bob.received_events(f"user:{alice.id}") == events
    flush_all()
    assert document(User, alice.id)["notifications"] == expected


def test_concurrent_preference_changes_are_all_kept(alice):
    run_concurrently(
        *(
            lambda body={"notifications": {notification_type: {channel: False}}}: alice.patch(
                "users/me/settings", body
            )
            for notification_type in NOTIFICATION_TYPES
            for channel in ("in_app", "email")
        )
    )
    assert alice.get("users/me/settings").json()["notifications"] == {
        notification_type: {"in_app": False, "email": False}
        for notification_type in NOTIFICATION_TYPES
    }


def test_settings_are_private(alice, bob):
    with assert_no_changes():
        assert anonymous.get("users/me/settings").status_code == 401
        assert bob.get(f"users/{alice.id}/settings").status_code == 404
        assert anonymous.patch("users/me/settings", {"is_private": True}).status_code == 401
        path = f"users/{alice.id}/settings"
        assert bob.patch(path, {"is_private": True}).status_code in {404, 405}


def test_privacy_changes_are_sent_to_members_that_do_not_follow(alice, bob, stranger):
    bob.put(f"users/{alice.id}/follow")
    alice.patch("users/me/settings", {"is_private": True})
    hidden = {"type": "user.hidden", "data": {"user_id": alice.id, "what": "posts"}}
    assert [
        event for event in stranger.received_events("feed") if event["type"] == "user.hidden"
    ] == [hidden]
    for person in (alice, bob):
        assert [
            event for event in person.received_events("feed") if event["type"] == "user.hidden"
        ] == []
    blocked = sign_up("blocked")
    alice.put(f"users/{blocked.id}/block")
    alice.patch("users/me/settings", {"is_private": False})
    shown = {"type": "user.shown", "data": {"user_id": alice.id, "what": "posts"}}
    assert stranger.received_events("feed")[-1] == shown
    for person in (alice, bob, blocked):
        assert shown not in person.received_events("feed", f"user:{alice.id}")


def test_a_migration_adds_types_of_notifications(alice, flush_all, document):
    choice = {"in_app": True, "email": False}
    alice.patch("users/me/settings", {"notifications": {"comment": choice}})
    expected = alice.get("users/me/settings").json()
    flush_all()
    notifications = {**document(User, alice.id)["notifications"]}
    del notifications["reply"]
    mongo.collection(User).update_one({"_id": alice.id}, {"$set": {"notifications": notifications}})
    client().delete(f"users.user:{alice.id}")
    migration = RecordMigration(users, "0002_notification_types", add_notification_types)
    assert run_migration(migration, rate=0, progress=lambda *_: None) == 1
    assert alice.get("users/me/settings").json() == expected
    assert expected["notifications"]["comment"] == choice
    assert document(User, alice.id)["notifications"] == expected["notifications"]
