"""Changing the username: the former one is reserved, and leads to the member."""

from datetime import timedelta

import pytest

from accounts.emails import activity
from mysocial.outbox import run_due_cascades, send_due
from mysocial.store import reads
from tests.support.concurrency import assert_no_changes, live_records, run_concurrently
from tests.support.people import PASSWORD, anonymous, confirm_emails, sign_up
from users.store import username_reservations

RESERVATIONS = "users.usernamereservation"


def rename(person, username="alicia"):
    return person.put("users/me/username", {"username": username})


def sign_up_as(username):
    body = {"username": username, "email": f"{username}.new@example.com", "password": PASSWORD}
    return anonymous.post("signup", body)


def sign_in(name):
    return anonymous.post("signin", {"username": name, "password": PASSWORD}).status_code


def look_up(person, username):
    response = person.get(f"users/lookup?username={username}")
    return response.json()["id"] if response.status_code == 200 else response.status_code


def reservations():
    records = reads.get_records(username_reservations, live_records(RESERVATIONS))
    return sorted((record.username, record.user_id) for record in records.values())


def mentions(person):
    return [
        notification["post_id"]
        for notification in person.get("notifications?type=mention").json()["notifications"]
    ]


def test_the_new_name_is_shown_everywhere(alice, bob):
    post = alice.create_post()
    response = rename(alice, "Alicia")
    assert response.json()["user"]["username"] == "Alicia"
    assert bob.get(f"posts/{post['id']}").json()["author"]["username"] == "Alicia"
    assert bob.received_events(f"user:{alice.id}")[-1]["data"]["username"] == "Alicia"
    assert (sign_in("Alicia"), sign_in("alicia")) == (200, 200)
    assert bob.get("users/search?q=alicia").json()["users"][0]["id"] == alice.id
    assert bob.get("users/search?q=alice").json()["users"] == []


def test_the_generated_avatar_has_the_new_initial(alice, bob):
    rename(alice, "zoe")
    assert alice.get("users/me").json()["avatar_url"].endswith("/Z.png")


def test_a_change_of_case_reserves_no_name(alice):
    assert rename(alice, "ALICE").json()["user"]["username"] == "ALICE"
    assert reservations() == []
    with assert_no_changes():
        assert rename(alice, "ALICE").status_code == 200


def test_the_former_name_leads_to_the_member(alice, bob):
    old = bob.create_post("For @alice")
    rename(alice)
    new = bob.create_post("For @Alice again, and @alicia")
    assert mentions(alice) == [new["id"], old["id"]]
    assert [look_up(bob, name) for name in ("alice", "ALICE", "alicia")] == [alice.id] * 3
    assert sign_in("alice") == 200
    bob.patch(f"posts/{new['id']}", {"text": "For nobody"})
    assert mentions(alice) == [old["id"]]


def test_no_other_member_can_have_the_former_name(alice, bob):
    rename(alice)
    with assert_no_changes():
        for name in ("alice", "Alice"):
            refused = sign_up_as(name)
            assert refused.status_code == 409
            assert [error["field"] for error in refused.json()["errors"]] == ["username"]
            assert rename(bob, name).status_code == 409
    # Only reserved names also reserve the names that look like them.
    assert sign_up_as("al1ce").status_code == 201


def test_the_member_can_take_the_former_name_back(alice, bob):
    rename(alice)
    assert rename(alice, "Alice").json()["user"]["username"] == "Alice"
    assert reservations() == [("alicia", alice.id)]
    with assert_no_changes():
        assert rename(bob, "alicia").status_code == 409
    assert look_up(bob, "alicia") == alice.id


def test_a_reservation_ends(alice, bob, settings):
    settings.USERNAME_RESERVATION_DAYS = 0
    rename(alice)
    assert look_up(bob, "alice") == 404
    assert sign_in("alice") == 401
    assert rename(bob, "alice").status_code == 200
    assert look_up(bob, "alice") == bob.id
    settings.USERNAME_RESERVATION_DAYS = 30
    rename(bob, "bobby")
    assert ("alice", bob.id) in reservations()
    assert look_up(alice, "alice") == bob.id


def test_a_reservation_takes_thirty_days(alice):
    rename(alice)
    (record,) = reads.get_records(username_reservations, live_records(RESERVATIONS)).values()
    assert record.expires_at - record.created_at == pytest.approx(
        timedelta(days=30), abs=timedelta(seconds=1)
    )


@pytest.mark.parametrize(
    "name", ["ab", "x" * 31, "ålice", "a b c", "admin", "adm1n", "0" * 24, "", None]
)
def test_a_refused_name_changes_nothing(alice, name):
    with assert_no_changes():
        response = rename(alice, name)
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"username"}


def test_the_name_of_another_member_is_refused(alice, bob):
    with assert_no_changes():
        response = rename(alice, "BOB")
    assert response.status_code == 409
    assert response.json()["detail"] == "This username is taken."


def test_one_of_two_concurrent_changes_to_a_name_succeeds(alice, bob):
    responses = run_concurrently(lambda: rename(alice, "zoe"), lambda: rename(bob, "zoe"))
    assert sorted(response.status_code for response in responses) == [200, 409]


def test_a_name_that_is_released_and_requested_concurrently_stays_reserved(alice, bob):
    responses = run_concurrently(lambda: rename(alice), lambda: rename(bob, "alice"))
    assert [response.status_code for response in responses] == [200, 409]
    assert look_up(bob, "alice") == alice.id


def test_changes_are_limited(alice, settings):
    settings.RATE_LIMITS = True
    for name in ("one", "two", "three"):
        assert rename(alice, name).status_code == 200
    with assert_no_changes():
        assert rename(alice, "four").status_code == 429


def test_a_blocked_member_finds_nobody_by_name(alice, bob):
    rename(alice)
    alice.put(f"users/{bob.id}/block")
    assert [look_up(bob, name) for name in ("alice", "alicia")] == [404, 404]


@pytest.mark.parametrize("query", ["", "?username=", f"?username={'x' * 31}", "?username=%00a"])
def test_an_invalid_lookup_is_refused(alice, query):
    assert alice.get(f"users/lookup{query}").status_code == 400


# Erasure -----------------------------------------------------------------------------------------


def test_an_erased_name_is_free_and_inherits_nothing(alice, bob, mailoutbox):
    confirm_emails(alice)
    bob.put(f"users/{alice.id}/follow")
    bob.create_post("For @alice")
    alice.put(f"users/{bob.id}/mute")
    bob.post("chat/messages", {"receiver_id": alice.id, "text": "Hello"})
    rename(alice)
    alice.call("DELETE", "accounts/me", {"password": PASSWORD})
    while run_due_cascades():
        pass
    assert reservations() == []
    new_holders = [
        sign_up("alice", email="new@example.com"),
        sign_up("alicia", email="b@example.com"),
    ]
    send_due()
    for new_holder in new_holders:
        assert new_holder.get("notifications").json()["notifications"] == []
        assert new_holder.get("chat/conversations").json()["conversations"] == []
        assert new_holder.get(f"users/{new_holder.id}/followers").json()["users"] == []
        assert new_holder.get("users/me/mutes").json()["users"] == []
        assert new_holder.notification_events() == []
        assert look_up(bob, new_holder.username) == new_holder.id
    assert activity.HEADLINES["mention"].format(actor="bob") not in [
        mail.subject for mail in mailoutbox if mail.to == ["new@example.com"]
    ]
