"""Display names, the other texts of a profile, and birth dates."""

from datetime import UTC, datetime

import pytest

from tests.support.concurrency import assert_no_changes, live_records
from tests.support.people import PASSWORD, anonymous, sign_up

ME, SETTINGS = "users/me", "users/me/settings"
# With a joiner that belongs to the spelling.
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
NEW_MEMBER = {"username": "newcomer", "email": "new@example.com", "password": PASSWORD}


def fields_of(response):
    assert response.status_code == 400
    return [error["field"] for error in response.json()["errors"]]


# Display names -----------------------------------------------------------------------------------


def test_a_display_name_is_shown_wherever_the_member_is(alice, bob):
    post = alice.create_post()
    response = alice.patch(ME, {"display_name": "Алиса 愛麗絲 🌊"})
    assert response.json()["user"]["display_name"] == "Алиса 愛麗絲 🌊"
    assert bob.get(f"posts/{post['id']}").json()["author"]["display_name"] == "Алиса 愛麗絲 🌊"
    alice.put(f"users/{bob.id}/follow")
    (follower,) = bob.get(f"users/{bob.id}/followers").json()["users"]
    (notification,) = bob.get("notifications").json()["notifications"]
    for card in (follower, notification["actor"], bob.get(f"users/{alice.id}").json()):
        assert (card["display_name"], card["username"]) == ("Алиса 愛麗絲 🌊", "alice")
    assert alice.received_events()[-2]["data"]["display_name"] == "Алиса 愛麗絲 🌊"


def test_without_a_display_name_it_is_empty(alice):
    assert alice.get(ME).json()["display_name"] == ""
    alice.patch(ME, {"display_name": "Alice"})
    assert alice.patch(ME, {"display_name": ""}).json()["user"]["display_name"] == ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("Ada\u202eevil\u202c", "Adaevil"),
        ("\u2066Ada\u2069", "Ada"),
        ("A\u200bd\u00ada\ufeff", "Ada"),
        ("Zoe\u0308", "Zoë"),
        (PERSIAN, PERSIAN),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\U000e0041Ada", "Ada"),
    ],
)
def test_hidden_characters_are_removed(alice, typed, stored):
    response = alice.patch(ME, {"display_name": typed})
    assert response.json()["user"]["display_name"] == stored


@pytest.mark.parametrize(
    "name", ["x" * 41, "🌊" * 41, "👩" * 40 + "x", "@bob", "a@b.example", 5, None]
)
def test_a_refused_display_name_changes_nothing(alice, name):
    with assert_no_changes():
        assert fields_of(alice.patch(ME, {"display_name": name})) == ["display_name"]


def test_a_display_name_has_40_characters_and_160_bytes(alice):
    for name in ("x" * 40, "🌊" * 40):
        assert len(name.encode()) <= 160
        assert alice.patch(ME, {"display_name": name}).json()["user"]["display_name"] == name


def test_a_block_keeps_the_display_name_that_was_visible(alice, bob):
    bob.patch(ME, {"display_name": 'Bob "the" \\ builder'})
    alice.put(f"users/{bob.id}/block")
    bob.patch(ME, {"display_name": "Another"})
    (blocked,) = alice.get("users/me/blocks").json()["users"]
    assert blocked["display_name"] == 'Bob "the" \\ builder'


# Other texts -------------------------------------------------------------------------------------


def test_bio_and_pronouns_are_part_of_the_profile(alice, bob):
    texts = {"bio": "Writes.\nReads.", "pronouns": "they/them"}
    assert alice.patch(ME, texts).status_code == 200
    profile = bob.get(f"users/{alice.id}").json()
    assert {name: profile[name] for name in texts} == texts
    with assert_no_changes():
        for name, length in (("bio", 501), ("pronouns", 41)):
            assert fields_of(alice.patch(ME, {name: "x" * length})) == [name]


# Birth dates -------------------------------------------------------------------------------------


def test_only_the_member_sees_the_birth_date(alice, bob):
    assert alice.patch(SETTINGS, {"birth_date": "1990-02-28"}).status_code == 200
    assert alice.get(SETTINGS).json()["birth_date"] == "1990-02-28"
    assert "1990" not in bob.get(f"users/{alice.id}").text
    assert "1990" not in alice.get(ME).text
    assert alice.patch(SETTINGS, {"birth_date": None}).json()["settings"]["birth_date"] == ""


@pytest.mark.parametrize("birth_date", ["1899-12-31", "2999-01-01", "2001-02-30", "yesterday", 5])
def test_an_impossible_birth_date_changes_nothing(alice, birth_date):
    with assert_no_changes():
        assert fields_of(alice.patch(SETTINGS, {"birth_date": birth_date})) == ["birth_date"]
        body = {**NEW_MEMBER, "birth_date": birth_date}
        assert fields_of(anonymous.post("signup", body)) == ["birth_date"]


def test_a_site_with_a_minimum_age_needs_the_birth_date(alice, settings, set_day):
    settings.MINIMUM_AGE = 16
    set_day(2026, 3, 1)
    for birth_date in (None, "2010-03-02"):
        with assert_no_changes():
            response = anonymous.post("signup", {**NEW_MEMBER, "birth_date": birth_date})
            assert fields_of(response) == ["birth_date"]
            assert fields_of(alice.patch(SETTINGS, {"birth_date": birth_date})) == ["birth_date"]
    with assert_no_changes():
        assert fields_of(anonymous.post("signup", NEW_MEMBER)) == ["birth_date"]
    member = sign_up("newcomer", birth_date="2010-03-01")
    assert member.get(SETTINGS).json()["birth_date"] == "2010-03-01"


def test_a_member_born_on_a_leap_day_has_the_birthday_on_the_first_of_march(settings, set_day):
    settings.MINIMUM_AGE = 18
    set_day(2026, 2, 28)
    with assert_no_changes():
        body = {**NEW_MEMBER, "birth_date": "2008-02-29"}
        assert fields_of(anonymous.post("signup", body)) == ["birth_date"]
    set_day(2026, 3, 1)
    assert anonymous.post("signup", body).status_code == 201


@pytest.fixture
def set_day(monkeypatch):
    """Return a function that sets the day that birth dates are compared with."""

    def change(*day):
        moment = datetime(*day, 12, tzinfo=UTC)
        monkeypatch.setattr("users.services.profile_checks.now", lambda: moment)

    return change


def test_a_refused_sign_up_stores_no_birth_date(settings):
    settings.MINIMUM_AGE = 16
    assert anonymous.post("signup", {**NEW_MEMBER, "birth_date": "2020-01-01"}).status_code == 400
    assert live_records("users.user") == {}
