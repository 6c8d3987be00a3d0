"""Bookmarks of posts."""

from django.db import models

from mysocial.store import ID, Record


def bookmark_id(user_id: str, post_id: str) -> str:
    """Return the id of a member's bookmark of a post.

    The id is made of both ids, so a member can bookmark a post only once.
    """
    return f"{user_id}:{post_id}"


class Bookmark(Record):
    """A post that a member has bookmarked."""

    user_id = models.CharField(**ID)
    post_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "bookmarks"
