"""What members are told, and how much of it they have not read."""

from django.db import models

from mysocial.store import ID, Record
from users.selectors import NOTIFICATION_TYPES


class Notification(Record):
    """One thing that a member was told of. It goes when its cause goes."""

    user_id = models.CharField(**ID)  # who is told
    actor_id = models.CharField(**ID)  # who did it
    kind = models.CharField(max_length=14, choices=[(kind, kind) for kind in NOTIFICATION_TYPES])
    cause = models.CharField(max_length=64)  # the id of the record that is told of
    post_id = models.CharField(**ID, default="", blank=True)  # what it hangs on, if on a post
    message = models.TextField(max_length=500, default="", blank=True)  # of a moderator
    read = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "notifications"
        verbose_name = "notification"
        verbose_name_plural = "notifications"

    def __str__(self) -> str:
        return f"{self.kind} of {self.actor_id}"


class Inbox(Record):
    """How much a member has not read; its id is the member's."""

    unread_count = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "inboxes"
        verbose_name = "inbox"
        verbose_name_plural = "inboxes"
