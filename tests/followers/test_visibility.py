"""Who sees a follow and a request: the two whom it joins, until a block ends it."""

import pytest

from mysocial.core.ids import pair_id
from mysocial.policies import visible_ids, visible_to
from tests.support.people import sign_up

THREE = ("alice", "bob", "carol")


@pytest.mark.parametrize(
    ("label", "is_private"), [("followers.follow", False), ("followers.followrequest", True)]
)
def test_an_edge_is_seen_by_the_two_until_a_block_ends_it(label, is_private):
    alice, bob, carol = map(sign_up, THREE)
    bob.patch("users/me/settings", {"is_private": is_private})
    alice.put(f"users/{bob.id}/follow")
    edge = pair_id(alice.id, bob.id)
    assert visible_to(label, edge, {alice.id, bob.id, carol.id}) == {alice.id, bob.id}
    for one, sees in ((alice, {edge}), (bob, {edge}), (carol, set())):
        assert visible_ids(label, [edge, pair_id(carol.id, bob.id)], one.id) == sees
    bob.put(f"users/{alice.id}/block")
    assert visible_to(label, edge, {alice.id, bob.id, carol.id}) == set()
    assert visible_ids(label, [edge], alice.id) == set()


def test_of_what_nobody_answers_for_nothing_is_seen(alice):
    assert visible_to("followers.nothing", alice.id, {alice.id}) == set()
    assert visible_ids("followers.nothing", [alice.id], alice.id) == set()
