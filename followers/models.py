"""Who follows, asks to follow, blocks and mutes whom."""

from django.db import models

from mysocial.store import ID, Record


class Follow(Record):
    """One member follows another."""

    follower_id = models.CharField(**ID)
    followee_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "follows"
        verbose_name = "follow"
        verbose_name_plural = "follows"


class Block(Record):
    """One member does not want to meet another; it works both ways."""

    blocker_id = models.CharField(**ID)
    blocked_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "blocks"
        verbose_name = "block"
        verbose_name_plural = "blocks"


class Mute(Record):
    """One member wants to see less of another, who notices nothing."""

    muter_id = models.CharField(**ID)
    muted_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "mutes"
        verbose_name = "mute"
        verbose_name_plural = "mutes"


class FollowRequest(Record):
    """One member asks to follow a private account. Never beside the follow it asks for."""

    requester_id = models.CharField(**ID)
    target_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "follow_requests"
        verbose_name = "follow request"
        verbose_name_plural = "follow requests"
