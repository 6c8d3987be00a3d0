"""Comments on posts, replies to comments, and reactions to them."""

from django.db import models

from mysocial.store import ID, Record
from posts.reaction_types import ReactionType

MAX_TEXT_LENGTH = 2000


class Comment(Record):
    """A member's comment on a post, or a reply to a comment.

    A thread is a top-level comment with all replies below it, at any depth.
    """

    post_id = models.CharField(**ID)
    author_id = models.CharField(**ID)
    is_reply = models.BooleanField(default=False, editable=False)
    # Of a reply: the comment that it answers, and the top-level comment of its thread.
    parent_id = models.CharField(**ID, default="", editable=False)
    thread_id = models.CharField(**ID, default="", editable=False)
    thread_author_id = models.CharField(**ID, default="", editable=False)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    facets = models.JSONField(default=list, editable=False)  # of the text
    edited_at = models.DateTimeField(null=True, default=None, editable=False)
    # Of a top-level comment: the replies of its thread.
    replies_count = models.IntegerField(default=0, editable=False)
    reactions_like = models.IntegerField(default=0, editable=False)
    reactions_love = models.IntegerField(default=0, editable=False)
    reactions_happy = models.IntegerField(default=0, editable=False)
    reactions_wow = models.IntegerField(default=0, editable=False)
    reactions_sad = models.IntegerField(default=0, editable=False)
    reactions_angry = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "comments"
        verbose_name = "comment"
        verbose_name_plural = "comments"

    def __str__(self) -> str:
        return self.text[:60]


def comment_reaction_id(comment_id: str, user_id: str) -> str:
    """Return the id of a member's reaction to a comment.

    The id is made of both ids, so a member has at most one reaction to a comment.
    """
    return f"{comment_id}:{user_id}"


class CommentReaction(Record):
    """A member's reaction to a comment."""

    comment_id = models.CharField(**ID)
    user_id = models.CharField(**ID)
    type = models.CharField(max_length=5, choices=ReactionType.choices)

    class Meta(Record.Meta):
        db_table = "comment_reactions"
        verbose_name = "reaction to a comment"
        verbose_name_plural = "reactions to comments"
