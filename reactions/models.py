"""Reactions to posts."""

from django.db import models

from mysocial.store import ID, Record
from posts.reaction_types import ReactionType


def reaction_id(post_id: str, user_id: str) -> str:
    """Return the id of a member's reaction to a post.

    The id is made of both ids, so a member has at most one reaction to a post.
    """
    return f"{post_id}:{user_id}"


class Reaction(Record):
    """A member's reaction to a post."""

    post_id = models.CharField(**ID)
    user_id = models.CharField(**ID)
    type = models.CharField(max_length=5, choices=ReactionType.choices)

    class Meta(Record.Meta):
        db_table = "reactions"
        verbose_name = "reaction"
        verbose_name_plural = "reactions"
