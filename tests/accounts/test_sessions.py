"""Listing and ending sessions, through HTTP."""

from datetime import timedelta

import pytest

from accounts.models import Session
from accounts.selectors import sessions_of
from accounts.services.sessions import MAX_SESSIONS
from accounts.store import sessions
from mysocial.core.ids import now
from mysocial.store import reads, write
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, Person, anonymous, logged_events


def sign_in_again(person, **headers):
    """Sign in on another device; return the member there."""
    body = {"username": person.username, "password": PASSWORD}
    data = anonymous.post("signin", body, **headers).json()
    return Person(person.id, person.username, data["access"], data["refresh"])


def sessions_shown_to(person):
    return person.get("accounts/me/sessions").json()["sessions"]


def ended_sessions():
    return [event["data"]["id"] for event in logged_events() if event["type"] == "session.ended"]


def test_sessions_are_listed_newest_first_with_their_devices(alice):
    phone = sign_in_again(alice, **{"User-Agent": "A phone \u00e9" + "x" * 300})
    sessions = sessions_shown_to(phone)
    assert [session["current"] for session in sessions] == [True, False]
    assert sessions[0]["user_agent"].startswith("A phone")
    assert len(sessions[0]["user_agent"]) == 200
    assert sessions[0]["address"] == "127.0.0.1"
    assert set(sessions[0]) == {
        "id", "created_at", "last_used_at", "user_agent", "address", "current",
    }  # fmt: skip


def test_sessions_are_paged(alice):
    for _ in range(4):
        sign_in_again(alice)
    first = alice.get("accounts/me/sessions?limit=3").json()
    second = alice.get(f"accounts/me/sessions?limit=3&cursor={first['next']}").json()
    ids = [session["id"] for session in first["sessions"] + second["sessions"]]
    assert (len(ids), len(set(ids)), second["next"]) == (5, 5, None)


def test_expired_sessions_are_not_listed(alice, settings):
    phone = sign_in_again(alice)
    first, second = reads.get_records(sessions, [s.id for s in sessions_of(alice.id)]).values()
    with write() as w:
        w.update(second, last_used_at=now() - timedelta(seconds=settings.REFRESH_TOKEN_SECONDS + 1))
    assert [session["id"] for session in sessions_shown_to(phone)] == [first.id]
    with write() as w:
        w.update(
            reads.get_record(sessions, first.id),
            created_at=now() - timedelta(days=settings.SESSION_MAX_DAYS + 1),
        )
    assert sessions_shown_to(phone) == []


def test_a_member_has_at_most_a_hundred_sessions(alice, bob):
    assert MAX_SESSIONS == 100
    devices = [alice, *(sign_in_again(alice) for _ in range(MAX_SESSIONS - 1))]
    assert all(device.get("users/me").status_code == 200 for device in devices)
    assert ended_sessions() == []
    (oldest, second) = [session.id for session in sessions_of(alice.id)[:-3:-1]]

    newest = sign_in_again(alice)

    assert ended_sessions() == [oldest]
    assert len(sessions_of(alice.id)) == MAX_SESSIONS
    assert alice.get("users/me").status_code == 401
    assert anonymous.post("token/refresh", {"refresh": alice.refresh}).status_code == 401
    assert devices[1].get("users/me").status_code == 200
    sign_in_again(newest)
    assert ended_sessions() == [oldest, second]
    assert bob.get("users/me").status_code == 200


def test_sessions_from_before_the_maximum_are_ended_by_signing_in(alice, monkeypatch):
    devices = [alice, *(sign_in_again(alice) for _ in range(6))]
    monkeypatch.setattr("accounts.services.sessions.MAX_SESSIONS", 3)
    sign_in_again(alice)
    assert [device.get("users/me").status_code for device in devices] == [401] * 5 + [200] * 2


def test_an_ended_session_is_rejected_at_once_and_others_continue(alice):
    phone, tablet = sign_in_again(alice), sign_in_again(alice)
    pk = next(session["id"] for session in sessions_shown_to(phone) if session["current"])

    assert alice.delete(f"accounts/me/sessions/{pk}").status_code == 200

    assert phone.get("posts").status_code == 401
    assert anonymous.post("token/refresh", {"refresh": phone.refresh}).status_code == 401
    assert tablet.get("posts").status_code == 200
    assert ended_sessions() == [pk]


def test_the_end_of_a_session_is_sent_to_that_session_only(alice, bob):
    phone = sign_in_again(alice)
    pk = next(session["id"] for session in sessions_shown_to(phone) if session["current"])
    alice.delete(f"accounts/me/sessions/{pk}")
    event = {"type": "session.ended", "data": {"id": pk}}
    assert alice.received_events(f"session:{pk}") == [event]
    assert alice.received_events() == []
    assert bob.received_events() == []


def test_a_member_cannot_end_sessions_of_others(alice, bob):
    pk = sessions_shown_to(alice)[0]["id"]
    with assert_no_changes():
        assert bob.delete(f"accounts/me/sessions/{pk}").status_code == 404
        assert bob.delete("accounts/me/sessions/" + "0" * 24).status_code == 404
        assert anonymous.delete(f"accounts/me/sessions/{pk}").status_code == 401
    assert alice.get("posts").status_code == 200


def test_a_session_ends_once(alice):
    phone = sign_in_again(alice)
    pk = next(session["id"] for session in sessions_shown_to(phone) if session["current"])
    assert alice.delete(f"accounts/me/sessions/{pk}").status_code == 200
    with assert_no_changes():
        assert alice.delete(f"accounts/me/sessions/{pk}").status_code == 404


def test_sign_out_ends_this_session_only(alice):
    phone = sign_in_again(alice)
    assert phone.post("signout").status_code == 200
    assert phone.get("accounts/me").status_code == 401
    assert alice.get("accounts/me").status_code == 200
    with assert_no_changes():
        assert phone.post("signout").status_code == 401


def test_all_sessions_end_including_the_current_one(alice, bob):
    devices = [alice, sign_in_again(alice), sign_in_again(alice)]
    assert alice.delete("accounts/me/sessions").status_code == 200
    assert [device.get("posts").status_code for device in devices] == [401, 401, 401]
    assert len(ended_sessions()) == 3
    assert bob.get("posts").status_code == 200


def test_all_sessions_end_even_if_they_exceed_a_page(alice):
    """An incomplete list of sessions would leave a thief signed in."""
    with write() as w:
        for number in range(130):
            w.create(Session(user_id=alice.id, salt=str(number)), new_id=True)
    assert len(sessions_of(alice.id)) == 131
    assert alice.delete("accounts/me/sessions").status_code == 200
    assert live_records("accounts.session") == {}


@pytest.mark.parametrize("body", [{"all": True}, [], "x"])
def test_a_body_is_rejected_where_none_is_expected(alice, body):
    with assert_no_changes():
        response = alice.call("DELETE", "accounts/me/sessions", body)
        assert response.status_code == 400
