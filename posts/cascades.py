"""Deletion of post versions, bookmarks, votes and posts together with a post or a member."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from posts.services import remove_poll_vote, remove_post
from posts.store import bookmarks, poll_votes, post_versions, posts


class VersionsOfPost(Cascade):
    """Delete the earlier versions of a deleted post."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(post_versions, "post", pk, limit=limit)


class BookmarksOfPost(Cascade):
    """Delete the bookmarks of a deleted post."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(bookmarks, "post", pk, limit=limit)


class BookmarksOfMember(Cascade):
    """Delete the bookmarks of a deleted member."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(bookmarks, "user", pk, limit=limit)


class VotesOfPoll(Cascade):
    """Delete the votes in a deleted poll. Its totals were deleted with it."""

    model_label: ClassVar[str] = "posts.poll"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(poll_votes, "post", pk, limit=limit)


class VotesOfMember(Cascade):
    """Delete the votes of a deleted member and lower the totals of their polls."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            poll_votes, "user", pk, lambda vote_id: remove_poll_vote(vote_id=vote_id), limit=limit
        )


class PostsOfMember(Cascade):
    """Delete a deleted member's posts, each with its own cascades."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            posts, "author", pk, lambda post_id: remove_post(post_id=post_id), limit=limit
        )
