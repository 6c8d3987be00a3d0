"""Accepted requests: their notification, and the acceptance of all when an account opens."""

import pytest

from followers import cascades
from mysocial.outbox import run_due_cascades, send_due
from tests.followers.relations import counters, ids, relation
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, Person, confirm_emails, sign_up

REQUESTS, FOLLOWS = "followers.followrequest", "followers.follow"
SETTINGS = "users/me/settings"


@pytest.fixture
def private() -> Person:
    person = sign_up("secret")
    assert person.patch(SETTINGS, {"is_private": True}).status_code == 200
    return person


def notified(person):
    """Return the type, the actor and the entity of each notification of a person."""
    return [
        (notification["type"], notification["actor"]["id"], notification["entity_id"])
        for notification in person.get("notifications").json()["notifications"]
    ]


def open_account(person, pending_requests=None):
    body = {"is_private": False}
    if pending_requests:
        body["pending_requests"] = pending_requests
    return person.patch(SETTINGS, body)


def relation_to(person, other):
    return person.get(f"users/relationships?id={other.id}").json()["relationships"][0]


# The notification --------------------------------------------------------------------------------


def test_the_requester_is_notified_of_an_acceptance(alice, private, mailoutbox):
    confirm_emails(alice)
    alice.put(f"users/{private.id}/follow")
    private.put(f"users/me/follow-requests/{alice.id}")
    pk = f"{alice.id}:{private.id}"
    assert notified(alice) == [("follow_accepted", private.id, pk)]
    assert notified(private) == [("follow", alice.id, pk)]
    (event,) = alice.notification_events()
    assert event["data"]["notification"]["type"] == "follow_accepted"
    send_due()
    (mail,) = (mail for mail in mailoutbox if "accepted" in mail.subject)
    assert (mail.subject, mail.to) == ("secret accepted your follow request", ["alice@example.com"])


def test_a_direct_follow_and_a_declined_request_send_no_notification_of_an_acceptance(
    alice, bob, private
):
    alice.put(f"users/{bob.id}/follow")
    alice.put(f"users/{private.id}/follow")
    private.delete(f"users/me/follow-requests/{alice.id}")
    assert notified(alice) == []


@pytest.mark.parametrize("ended_by", ["the requester", "the account", "a block"])
def test_the_notification_ends_with_the_follow(alice, private, ended_by):
    alice.put(f"users/{private.id}/follow")
    private.put(f"users/me/follow-requests/{alice.id}")
    response = {
        "the requester": lambda: alice.delete(f"users/{private.id}/follow"),
        "the account": lambda: private.delete(f"users/me/followers/{alice.id}"),
        "a block": lambda: private.put(f"users/{alice.id}/block"),
    }[ended_by]()
    assert response.status_code == 200
    assert (notified(alice), notified(private)) == ([], [])
    assert alice.get("notifications").json()["unread_count"] == 0


def test_the_notification_can_be_turned_off(alice, private):
    channels = {"follow_accepted": {"in_app": False, "email": False}}
    assert alice.patch(SETTINGS, {"notifications": channels}).status_code == 200
    alice.put(f"users/{private.id}/follow")
    private.put(f"users/me/follow-requests/{alice.id}")
    assert notified(alice) == []


def test_an_acceptance_by_a_muted_account_sends_no_notification(alice, private):
    alice.put(f"users/{private.id}/mute")
    alice.put(f"users/{private.id}/follow")
    private.put(f"users/me/follow-requests/{alice.id}")
    assert notified(alice) == []


# Opening an account ------------------------------------------------------------------------------


@pytest.mark.parametrize("pending_requests", [None, "accept"])
def test_an_account_that_opens_accepts_the_waiting_requests(
    alice, bob, private, pending_requests, monkeypatch
):
    monkeypatch.setattr("mysocial.outbox.cascades.BATCH", 1)
    for person in (alice, bob):
        person.put(f"users/{private.id}/follow")
    assert open_account(private, pending_requests).status_code == 200
    assert run_due_cascades() == 1
    for person in (alice, bob):
        assert relation_to(person, private) == relation(private.id, following=True)
        assert notified(person) == [("follow_accepted", private.id, f"{person.id}:{private.id}")]
    assert ids(private, "users/me/follow-requests") == []
    # Thousands of notifications would be of no use to the owner.
    assert notified(private) == []
    assert (counters(private), counters(alice)) == ((0, 2), (1, 0))


def test_kept_requests_can_be_accepted_later_all_at_once(alice, private):
    alice.put(f"users/{private.id}/follow")
    open_account(private, "keep")
    assert run_due_cascades() == 0
    assert ids(private, "users/me/follow-requests") == [alice.id]
    assert private.patch(SETTINGS, {"pending_requests": "accept"}).status_code == 200
    assert run_due_cascades() == 1
    assert relation_to(alice, private) == relation(private.id, following=True)


@pytest.mark.parametrize(
    "body",
    [
        {"pending_requests": "accept"},
        {"pending_requests": "keep"},
        {"pending_requests": "accept", "is_private": True},
        {"pending_requests": "all", "is_private": False},
        {"pending_requests": None, "is_private": False},
    ],
)
def test_a_private_account_cannot_accept_all_requests(alice, private, body):
    alice.put(f"users/{private.id}/follow")
    with assert_no_changes():
        response = private.patch(SETTINGS, body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["pending_requests"]


def test_an_account_that_is_private_again_accepts_no_request(alice, private):
    alice.put(f"users/{private.id}/follow")
    open_account(private)
    private.patch(SETTINGS, {"is_private": True})
    assert run_due_cascades() == 1
    assert ids(private, "users/me/follow-requests") == [alice.id]
    assert live_records(FOLLOWS) == {}


def test_an_account_that_becomes_private_meanwhile_accepts_no_request(
    alice, private, before_writes
):
    alice.put(f"users/{private.id}/follow")
    open_account(private)
    before_writes(lambda: private.patch(SETTINGS, {"is_private": True}))
    cascades.WaitingRequestsCascade.delete_dependents(private.id, limit=10)
    assert live_records(FOLLOWS) == {}
    assert ids(private, "users/me/follow-requests") == [alice.id]


def test_withdrawn_requests_and_blocks_are_not_accepted(alice, bob, private):
    for person in (alice, bob):
        person.put(f"users/{private.id}/follow")
    open_account(private)
    alice.delete(f"users/{private.id}/follow")
    bob.put(f"users/{private.id}/block")
    assert run_due_cascades() >= 1
    assert live_records(FOLLOWS) == live_records(REQUESTS) == {}


def test_an_erased_account_accepts_no_request(alice, private):
    alice.put(f"users/{private.id}/follow")
    open_account(private)
    assert private.call("DELETE", "accounts/me", {"password": PASSWORD}).status_code == 200
    while run_due_cascades():
        pass
    assert live_records(FOLLOWS) == live_records(REQUESTS) == {}
