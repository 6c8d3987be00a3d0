"""Follows and requests are visible to their two members, until a block."""

import pytest

from mysocial.core.ids import pair_id
from mysocial.policies import filter_viewers, visible_ids
from tests.support.people import sign_up

NAMES = ("alice", "bob", "carol")


@pytest.mark.parametrize(
    ("label", "is_private"), [("followers.follow", False), ("followers.followrequest", True)]
)
def test_an_edge_is_visible_to_its_members_until_a_block(label, is_private):
    alice, bob, carol = map(sign_up, NAMES)
    bob.patch("users/me/settings", {"is_private": is_private})
    alice.put(f"users/{bob.id}/follow")
    edge = pair_id(alice.id, bob.id)
    assert filter_viewers(label, edge, {alice.id, bob.id, carol.id}) == {alice.id, bob.id}
    for member, visible in ((alice, {edge}), (bob, {edge}), (carol, set())):
        assert visible_ids(label, [edge, pair_id(carol.id, bob.id)], member.id) == visible
    bob.put(f"users/{alice.id}/block")
    assert filter_viewers(label, edge, {alice.id, bob.id, carol.id}) == set()
    assert visible_ids(label, [edge], alice.id) == set()


def test_nothing_is_visible_without_a_policy(alice):
    assert filter_viewers("followers.nothing", alice.id, {alice.id}) == set()
    assert visible_ids("followers.nothing", [alice.id], alice.id) == set()
