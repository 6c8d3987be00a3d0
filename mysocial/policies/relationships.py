"""Relationship policy: blocks, suspensions, mutes and follows between members.

Lower apps such as `users` and `notifications` must respect blocks, but blocks belong to
`followers`, which is above them. They ask the policy that `followers` sets at start-up. The default
policy denies every interaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from mysocial.policies.audiences import narrowest_audience
from mysocial.store import ViewerCheck


class RelationshipPolicy(ABC):
    """Answers whether two members may interact.

    Methods take the id of one member and a set of ids of others, and return a subset of the others.
    The `*_checks` methods return checks to run in the same script as another read; the matching
    method interprets their results.
    """

    @abstractmethod
    def viewer_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        """Return the checks that `can_interact` needs for each member shown to the viewer."""

    @abstractmethod
    def relationship_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        """Return `viewer_checks` and those that `relationship_json` needs in addition."""

    @abstractmethod
    def relationship_json(self, flags: Sequence[int]) -> bytes:
        """Return the JSON object of the viewer's relationship, from `relationship_checks` flags."""

    @abstractmethod
    def can_interact(self, flags: Sequence[int]) -> bool:
        """Return whether the viewer may interact with a member.

        Args:
            flags: The results of `viewer_checks` or `relationship_checks`.
        """

    @abstractmethod
    def narrowest_audience(self, flags: Sequence[int], *, is_owner: bool) -> int:
        """Return `audiences.narrowest_audience` for the results of `viewer_checks`."""

    @abstractmethod
    def mute_checks(self, member_id: str) -> Sequence[ViewerCheck]:
        """Return the checks of each recipient that `excluded_recipients` needs."""

    @abstractmethod
    def excluded_recipients(self, members_by_check: Sequence[set[str]]) -> set[str]:
        """Return the recipients who mute the member, or are separated from them by a block.

        Args:
            members_by_check: The results of `mute_checks`.
        """

    @abstractmethod
    def who_can_interact(self, member_id: str, others: set[str]) -> set[str]:
        """Return those that the member may interact with: no block, and nobody suspended."""

    @abstractmethod
    def not_blocked(self, member_id: str, others: set[str]) -> set[str]:
        """Return those with no block in either direction, whether suspended or not."""

    @abstractmethod
    def not_muted(self, member_id: str, others: set[str]) -> set[str]:
        """Return those that the member may interact with and has not muted."""

    @abstractmethod
    def followed_among(self, member_id: str, others: set[str]) -> set[str]:
        """Return those of the others that follow the member."""


class DenyAll(RelationshipPolicy):
    """The policy before an app sets one: no interaction is allowed."""

    def viewer_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        return ()

    def relationship_checks(self, viewer_id: str) -> tuple[ViewerCheck, ...]:
        return ()

    def relationship_json(self, flags: Sequence[int]) -> bytes:
        return b"{}"

    def can_interact(self, flags: Sequence[int]) -> bool:
        return False

    def narrowest_audience(self, flags: Sequence[int], *, is_owner: bool) -> int:
        return narrowest_audience(is_owner=is_owner, follows=False, blocked=True)

    def mute_checks(self, member_id: str) -> Sequence[ViewerCheck]:
        return ()

    def excluded_recipients(self, members_by_check: Sequence[set[str]]) -> set[str]:
        return set()

    def who_can_interact(self, member_id: str, others: set[str]) -> set[str]:
        return set()

    def not_blocked(self, member_id: str, others: set[str]) -> set[str]:
        return set()

    def not_muted(self, member_id: str, others: set[str]) -> set[str]:
        return set()

    def followed_among(self, member_id: str, others: set[str]) -> set[str]:
        return set()


_policy: RelationshipPolicy = DenyAll()


def set_policy(policy: RelationshipPolicy) -> None:
    """Set the policy of this process."""
    global _policy  # noqa: PLW0603 - set once, when the apps are ready
    _policy = policy


def relationship_policy() -> RelationshipPolicy:
    """Return the policy of this process."""
    return _policy
