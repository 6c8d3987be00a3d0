"""Notifications, and the unread count of each member."""

from django.db import models

from mysocial.store import ID, Record
from users.selectors import NOTIFICATION_TYPES


class Notification(Record):
    """A notification to one member. It is deleted with its cause."""

    user_id = models.CharField(**ID)  # the recipient
    actor_id = models.CharField(**ID)  # the member whose action caused it
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in NOTIFICATION_TYPES])
    cause = models.CharField(max_length=64)  # the id of the record that it is about
    post_id = models.CharField(**ID, default="", blank=True)  # the post that the cause belongs to
    message = models.TextField(max_length=600, default="", blank=True)  # written by a moderator
    read = models.BooleanField(default=False)  # marked as read by itself; see `is_unread`
    # The mark of the inbox when the notification last became unread.
    read_mark = models.CharField(**ID, default="", blank=True, editable=False)

    class Meta(Record.Meta):
        db_table = "notifications"
        verbose_name = "notification"
        verbose_name_plural = "notifications"

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_id}"

    def is_unread(self, read_mark: str) -> bool:
        """Return whether the notification is unread in an inbox with this mark."""
        return not self.read and self.read_mark == read_mark


class Inbox(Record):
    """The number of unread notifications of a member, under the member's id.

    A notification is unread only while it has the mark of its inbox. A new mark therefore makes all
    of them read in one step.
    """

    read_mark = models.CharField(**ID, default="", editable=False)
    unread_count = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "inboxes"
        verbose_name = "inbox"
        verbose_name_plural = "inboxes"
