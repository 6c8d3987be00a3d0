"""Suggestions of members to follow, through HTTP."""

import pytest

from tests.followers.relations import relation
from tests.support.people import anonymous, sign_up


def suggested(person):
    response = person.get("users/suggestions")
    assert response.status_code == 200
    assert response.json()["next"] is None
    return response.json()["users"]


def names(person):
    return [member["username"] for member in suggested(person)]


def follow(*pairs):
    for follower, followed in pairs:
        assert follower.put(f"users/{followed.id}/follow").status_code == 200


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
        members = suggested(alice)
        assert [member["username"] for member in members] == [
            "dave",
            "erin",
            "frank",
            "fan1",
            "fan0",
        ]
        assert members[0]["relation"] == relation(dave.id)
        assert members[1]["relation"] == relation(erin.id, followed_by=True)
        flush_all()
    assert "frank" not in names(frank)


@pytest.mark.parametrize("link", ["follows", "requested", "blocks", "is blocked by", "mutes"])
def test_members_with_a_relationship_are_not_suggested(cast, link, flush_all):
    alice, bob, carol, *_ = cast.values()
    follow((alice, bob), (bob, carol))
    assert names(alice)[0] == "carol"
    if link == "requested":
        carol.patch("users/me/settings", {"is_private": True})
    member, other = (carol, alice) if link == "is blocked by" else (alice, carol)
    action = {"follows": "follow", "requested": "follow", "mutes": "mute"}.get(link, "block")
    assert member.put(f"users/{other.id}/{action}").status_code == 200
    for _ in range(2):
        assert sorted(names(alice)) == ["dave", "erin", "frank"]
        flush_all()


def test_at_most_ten_others_are_suggested(alice):
    people = [sign_up(f"person{number}") for number in range(12)]
    follow(*((person, alice) for person in people[:3]))
    follow((people[0], people[11]), (people[1], people[11]), (people[0], people[10]))
    usernames = names(alice)
    assert len(usernames) == len(set(usernames)) == 10
    assert usernames[:2] == ["person11", "person10"]
    assert "alice" not in usernames
    assert anonymous.get("users/suggestions").status_code == 401
