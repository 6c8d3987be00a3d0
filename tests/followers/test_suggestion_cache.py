"""The cached candidates of suggestions, which each read judges."""

from django.core.cache import cache

from mysocial.core import keys
from mysocial.core.redis import client
from tests.followers.test_suggestions import follow, names
from tests.support.people import sign_up


def test_candidates_are_counted_again_when_the_friends_have_changed(alice, bob):
    carol, dave, erin = (sign_up(name) for name in ("carol", "dave", "erin"))
    follow((alice, bob), (bob, dave), (carol, erin), (carol, dave))
    assert names(alice)[:1] == ["dave"]
    follow((alice, carol))
    assert names(alice)[:2] == ["dave", "erin"]
    assert alice.delete(f"users/{carol.id}/follow").status_code == 200
    _, candidates = cache.get(f"{keys.SUGGESTIONS_PREFIX}{alice.id}")
    assert sorted(candidates["ids"]) == sorted([dave.id, erin.id])
    assert names(alice)[:1] == ["dave"]
    _, candidates = cache.get(f"{keys.SUGGESTIONS_PREFIX}{alice.id}")
    assert candidates["ids"] == [dave.id]


def test_a_change_after_the_candidates_were_cached_takes_effect_at_once(alice, bob):
    members = [sign_up(f"member{number}") for number in range(4)]
    follow((alice, bob), *((bob, member) for member in members))
    assert set(names(alice)[:4]) == {member.username for member in members}
    assert members[0].put(f"users/{alice.id}/block").status_code == 200
    assert alice.put(f"users/{members[1].id}/mute").status_code == 200
    follow((alice, members[2]))
    assert alice.delete(f"users/{members[2].id}/follow").status_code == 200
    follow((alice, members[3]))
    assert names(alice) == ["member2"]


def test_the_candidates_of_a_member_are_bounded_and_expire(alice, bob):
    follow((alice, bob), (bob, sign_up("carol")))
    assert names(alice) == ["carol"]
    name = cache.make_key(f"{keys.SUGGESTIONS_PREFIX}{alice.id}")
    assert 0 < client().ttl(name) <= 3600
    assert client().strlen(name) < 8192
