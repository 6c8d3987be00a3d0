"""The relationship policy, from blocks, suspensions, mutes and follows."""

from collections.abc import Sequence

from followers import selectors
from followers.selectors import Relationship, ViewerRelation
from mysocial.policies import RelationshipPolicy, narrowest_audience
from mysocial.store import ViewerCheck


class FollowersPolicy(RelationshipPolicy):
    """Reads the lists of follows, blocks and mutes."""

    def viewer_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        return selectors.relation_checks(viewer_id)

    def relationship_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        return selectors.relationship_checks(viewer_id)

    def relationship_json(self, flags: Sequence[int]) -> bytes:
        return b"{" + Relationship.from_flags("", flags).members_json()

    def can_interact(self, flags: Sequence[int]) -> bool:
        return not ViewerRelation.from_flags(flags).blocked

    def narrowest_audience(self, flags: Sequence[int], *, is_owner: bool) -> int:
        relation = ViewerRelation.from_flags(flags)
        return narrowest_audience(
            is_owner=is_owner, follows=relation.follows, blocked=relation.blocked
        )

    def mute_checks(self, member_id: str) -> Sequence[ViewerCheck]:
        return selectors.audience_checks(member_id)

    def excluded_recipients(self, members_by_check: Sequence[set[str]]) -> set[str]:
        return selectors.excluded_recipients(members_by_check)

    def who_can_interact(self, member_id: str, others: set[str]) -> set[str]:
        return selectors.who_can_interact(member_id, others)

    def not_blocked(self, member_id: str, others: set[str]) -> set[str]:
        return selectors.not_blocked(member_id, others)

    def not_muted(self, member_id: str, others: set[str]) -> set[str]:
        return selectors.not_muted(member_id, others)

    def followed_among(self, member_id: str, others: set[str]) -> set[str]:
        return selectors.followers_among(member_id, others)
