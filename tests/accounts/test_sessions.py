"""Sessions, through HTTP."""

import pytest

from accounts.models import Session
from accounts.selectors import sessions_of
from mysocial.store import write
from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, Person, anonymous, logged_events


def another(person, **headers):
    """Return the same member on another device."""
    body = {"username": person.username, "password": PASSWORD}
    data = anonymous.post("signin", body, **headers).json()
    return Person(person.id, person.username, data["access"], data["refresh"])


def mine(person):
    return person.get("sessions").json()["sessions"]


def ended():
    return [event["data"]["id"] for event in logged_events() if event["type"] == "session.ended"]


def test_sessions_are_listed_newest_first_with_their_devices(alice):
    phone = another(alice, **{"User-Agent": "A phone \u00e9" + "x" * 300})
    found = mine(phone)
    assert [one["current"] for one in found] == [True, False]
    assert found[0]["user_agent"].startswith("A phone")
    assert len(found[0]["user_agent"]) == 200
    assert found[0]["address"] == "127.0.0.1"
    assert set(found[0]) == {
        "id", "created_at", "last_used_at", "user_agent", "address", "current",
    }  # fmt: skip


def test_sessions_are_paged(alice):
    for _ in range(4):
        another(alice)
    first = alice.get("sessions?limit=3").json()
    second = alice.get(f"sessions?limit=3&cursor={first['next']}").json()
    seen = [one["id"] for one in first["sessions"] + second["sessions"]]
    assert (len(seen), len(set(seen)), second["next"]) == (5, 5, None)


def test_a_session_that_is_ended_is_refused_at_once_and_the_others_live(alice):
    phone, tablet = another(alice), another(alice)
    pk = next(one["id"] for one in mine(phone) if one["current"])

    assert alice.delete(f"sessions/{pk}").status_code == 200

    assert phone.get("posts").status_code == 401
    assert anonymous.post("token/refresh", {"refresh": phone.refresh}).status_code == 401
    assert tablet.get("posts").status_code == 200
    assert ended() == [pk]


def test_the_end_of_a_session_is_heard_by_that_session_only(alice, bob):
    phone = another(alice)
    pk = next(one["id"] for one in mine(phone) if one["current"])
    alice.delete(f"sessions/{pk}")
    event = {"type": "session.ended", "data": {"id": pk}}
    assert alice.received_events(f"session:{pk}") == [event]
    assert alice.received_events() == []
    assert bob.received_events() == []


def test_nobody_ends_other_peoples_sessions(alice, bob):
    pk = mine(alice)[0]["id"]
    with assert_no_changes():
        assert bob.delete(f"sessions/{pk}").status_code == 404
        assert bob.delete("sessions/" + "0" * 24).status_code == 404
        assert anonymous.delete(f"sessions/{pk}").status_code == 401
    assert alice.get("posts").status_code == 200


def test_a_session_ends_once(alice):
    phone = another(alice)
    pk = next(one["id"] for one in mine(phone) if one["current"])
    assert alice.delete(f"sessions/{pk}").status_code == 200
    with assert_no_changes():
        assert alice.delete(f"sessions/{pk}").status_code == 404


def test_sign_out_ends_this_session_only(alice):
    phone = another(alice)
    assert phone.post("signout").status_code == 200
    assert phone.get("currentuser").status_code == 401
    assert alice.get("currentuser").status_code == 200
    with assert_no_changes():
        assert phone.post("signout").status_code == 401


def test_all_sessions_end_at_once_the_one_that_asks_included(alice, bob):
    devices = [alice, another(alice), another(alice)]
    assert alice.delete("sessions").status_code == 200
    assert [one.get("posts").status_code for one in devices] == [401, 401, 401]
    assert len(ended()) == 3
    assert bob.get("posts").status_code == 200


def test_more_sessions_than_a_page_all_end(alice):
    """A list of sessions that was cut would leave a thief signed in."""
    with write() as w:
        for number in range(130):
            w.create(Session(user_id=alice.id, salt=str(number)), new_id=True)
    assert len(sessions_of(alice.id)) == 131
    assert alice.delete("sessions").status_code == 200
    assert live_records("accounts.session") == {}


@pytest.mark.parametrize("body", [{"all": True}, [], "x"])
def test_a_body_where_none_is_taken_is_refused(alice, body):
    with assert_no_changes():
        answer = alice.call("DELETE", "sessions", body)
        assert answer.status_code == 400
