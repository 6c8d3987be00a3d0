"""Settings, through HTTP."""

import orjson
import pytest

from tests.people import nobody
from tests.witness import nothing_happens
from users.models import User


def test_a_private_account_is_set_and_heard_by_whoever_looks(alice, bob, persisted, document):
    answer = alice.patch("users/me/settings", {"is_private": True})
    assert answer.status_code == 200
    assert answer.json() == {"message": "Settings updated", "settings": {"is_private": True}}
    profile = bob.get(f"users/{alice.id}").json()
    assert profile["is_private"] is True
    assert bob.hears(f"user:{alice.id}") == [{"type": "user.updated", "data": profile}]
    persisted()
    assert document(User, alice.id)["is_private"] is True
    alice.patch("users/me/settings", {"is_private": False})
    assert bob.get(f"users/{alice.id}").json()["is_private"] is False


def test_what_is_set_already_changes_nothing(alice):
    alice.patch("users/me/settings", {"is_private": True})
    with nothing_happens():
        answer = alice.patch("users/me/settings", {"is_private": True})
    assert answer.json()["settings"] == {"is_private": True}


@pytest.mark.parametrize(
    "body",
    [{}, {"is_private": "true"}, {"is_private": 1}, {"is_private": None}, {"is_private": {}},
     {"username": "x"}, {"is_private": True, "role": "admin"}, []],
)  # fmt: skip
def test_a_setting_that_is_none_changes_nothing(alice, body):
    with nothing_happens():
        assert alice.patch("users/me/settings", orjson.dumps(body)).status_code == 400


def test_settings_are_ones_own(alice, bob):
    with nothing_happens():
        assert nobody.patch("users/me/settings", {"is_private": True}).status_code == 401
        path = f"users/{alice.id}/settings"
        assert bob.patch(path, {"is_private": True}).status_code in {404, 405}
