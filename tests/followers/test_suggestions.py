"""Whom one may like to follow, through HTTP."""

import pytest

from tests.followers.relations import relation
from tests.support.people import anonymous, sign_up


def suggested(person):
    answer = person.get("users/suggestions")
    assert answer.status_code == 200
    assert answer.json()["next"] is None
    return answer.json()["users"]


def names(person):
    return [one["username"] for one in suggested(person)]


def follow(*pairs):
    for one, other in pairs:
        assert one.put(f"users/{other.id}/follow").status_code == 200


@pytest.fixture
def cast(alice, bob):
    return {"alice": alice, "bob": bob} | {
        name: sign_up(name) for name in ("carol", "dave", "erin", "frank")
    }


def test_friends_of_friends_come_first_then_the_most_followed(cast, flush_all):
    alice, bob, carol, dave, erin, frank = cast.values()
    follow((alice, bob), (alice, carol), (bob, dave), (carol, dave), (bob, erin), (erin, alice))
    fans = [sign_up(f"fan{number}") for number in range(2)]
    follow(*((fan, frank) for fan in fans))
    for _ in range(2):
        found = suggested(alice)
        assert [one["username"] for one in found] == ["dave", "erin", "frank", "fan1", "fan0"]
        assert found[0]["relation"] == relation(dave.id)
        assert found[1]["relation"] == relation(erin.id, followed_by=True)
        flush_all()
    assert "frank" not in names(frank)


@pytest.mark.parametrize("link", ["follows", "asked", "blocks", "is blocked by", "mutes"])
def test_nobody_is_suggested_to_whom_one_stands_already(cast, link, flush_all):
    alice, bob, carol, *_ = cast.values()
    follow((alice, bob), (bob, carol))
    assert names(alice)[0] == "carol"
    if link == "asked":
        carol.patch("users/me/settings", {"is_private": True})
    one, other = (carol, alice) if link == "is blocked by" else (alice, carol)
    verb = {"follows": "follow", "asked": "follow", "mutes": "mute"}.get(link, "block")
    assert one.put(f"users/{other.id}/{verb}").status_code == 200
    for _ in range(2):
        assert sorted(names(alice)) == ["dave", "erin", "frank"]
        flush_all()


def test_ten_are_suggested_at_most_and_never_oneself(alice):
    people = [sign_up(f"person{number}") for number in range(12)]
    follow(*((person, alice) for person in people[:3]))
    follow((people[0], people[11]), (people[1], people[11]), (people[0], people[10]))
    found = names(alice)
    assert len(found) == len(set(found)) == 10
    assert found[:2] == ["person11", "person10"]
    assert "alice" not in found
    assert anonymous.get("users/suggestions").status_code == 401
