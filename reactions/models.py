"""Reactions to posts."""

from django.db import models

from mysocial.store import ID, Record
from posts.reaction_types import ReactionType


def reaction_id(post_id: str, user_id: str) -> str:
    """Return the id of a reaction: natural, so that there can't be two."""
    return f"{post_id}:{user_id}"


class Reaction(Record):
    """How a member reacts to a post."""

    post_id = models.CharField(**ID)
    user_id = models.CharField(**ID)
    type = models.CharField(max_length=5, choices=ReactionType.choices)

    class Meta(Record.Meta):
        db_table = "reactions"
        verbose_name = "reaction"
        verbose_name_plural = "reactions"
