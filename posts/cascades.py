"""Deletion of post versions, bookmarks and posts together with a post or a member."""

from typing import ClassVar

from mysocial.outbox import Cascade, delete_listed, delete_listed_with
from posts.services import remove_post
from posts.store import bookmarks, post_versions, posts


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


class PostsOfMember(Cascade):
    """Delete a deleted member's posts, each with its own cascades."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(
            posts, "author", pk, lambda post_id: remove_post(post_id=post_id), limit=limit
        )
