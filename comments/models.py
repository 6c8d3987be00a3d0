"""Comments on posts."""

from django.db import models

from mysocial.store import ID, Record

MAX_TEXT_LENGTH = 2000


class Comment(Record):
    """A member's comment on a post."""

    post_id = models.CharField(**ID)
    author_id = models.CharField(**ID)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    facets = models.JSONField(default=list, editable=False)  # of the text
    edited_at = models.DateTimeField(null=True, default=None, editable=False)

    class Meta(Record.Meta):
        db_table = "comments"
        verbose_name = "comment"
        verbose_name_plural = "comments"

    def __str__(self) -> str:
        return self.text[:60]
