"""Deletion of bookmarks together with a post or a member."""

from typing import ClassVar

from bookmarks.services import delete_bookmark
from bookmarks.store import bookmarks
from mysocial.outbox import Cascade, delete_listed, delete_listed_with


class BookmarksOfPost(Cascade):
    """Delete the bookmarks of a deleted post, and announce it to the members."""

    model_label: ClassVar[str] = "posts.post"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed_with(bookmarks, "post", pk, delete_bookmark, limit=limit)


class BookmarksOfMember(Cascade):
    """Delete the bookmarks of a deleted member."""

    model_label: ClassVar[str] = "users.user"

    @classmethod
    def delete_dependents(cls, pk: str, *, limit: int) -> bool:
        return delete_listed(bookmarks, "user", pk, limit=limit)
