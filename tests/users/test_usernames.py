"""Usernames that nobody may have, through HTTP."""

import pytest

from mysocial import settings as real_settings
from tests.support.concurrency import assert_no_changes
from tests.support.people import PASSWORD, anonymous, sign_up


def request_sign_up(username):
    body = {"username": username, "email": "somebody@example.com", "password": PASSWORD}
    return anonymous.post("signup", body)


def assert_refused(username):
    with assert_no_changes():
        response = request_sign_up(username)
    assert response.status_code == 400, username
    assert [error["field"] for error in response.json()["errors"]] == ["username"]


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_name_that_is_the_id_of_a_member_is_refused(alice, change):
    assert_refused(change(alice.id))


def test_a_name_that_could_become_an_id_is_refused():
    assert_refused("0123456789abcdef01234567")
    # One digit more or less is no id.
    assert request_sign_up("0123456789abcdef0123456").status_code == 201


@pytest.mark.parametrize("name", real_settings.RESERVED_USERNAMES)
def test_a_reserved_name_is_refused(name):
    assert_refused(name)


@pytest.mark.parametrize(
    "name",
    ["Admin", "ADMIN", "adm1n", "admln", "_admin_", "ad_min", "r00t", "rooT", "5upport", "he1p",
     "adrnin", "vvvvvv", "staff_", "m0derat0r", "5ecur1ty", "my_s0cia1"],
)  # fmt: skip
def test_a_name_that_looks_like_a_reserved_one_is_refused(name):
    assert_refused(name)


@pytest.mark.parametrize("name", ["administrata", "rooted", "helper", "admin2", "staffan", "roo"])
def test_a_name_that_only_contains_a_reserved_one_is_accepted(name):
    assert request_sign_up(name).status_code == 201


def test_the_reserved_names_can_be_set(settings):
    settings.RESERVED_USERNAMES = ["acme"]
    assert_refused("Acme_")
    assert sign_up("root").username == "root"


def test_a_refused_name_is_reported_with_the_errors_of_other_fields():
    response = anonymous.post("signup", {"username": "root", "email": "a@localhost"})
    assert sorted(error["field"] for error in response.json()["errors"]) == [
        *("email", "password", "username"),
    ]
