"""Models of follows, follow requests, blocks and mutes: edges between two members.

The id of an edge is the `pair_id` of its members, so there is at most one.
"""

from django.db import models

from mysocial.store import ID, AddressField, Record


class Follow(Record):
    """One member follows another."""

    follower_id = models.CharField(**ID)
    followee_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "follows"
        verbose_name = "follow"
        verbose_name_plural = "follows"


class Block(Record):
    """One member blocks another; neither sees or can contact the other."""

    blocker_id = models.CharField(**ID)
    blocked_id = models.CharField(**ID)
    # The blocked member, as the blocker could see them when the block was made.
    username = models.CharField(max_length=30, default="")
    display_name = models.CharField(max_length=40, default="")
    avatar_color = models.CharField(max_length=7, default="")
    avatar_url = AddressField(default="")
    is_private = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "blocks"
        verbose_name = "block"
        verbose_name_plural = "blocks"


class Mute(Record):
    """One member sees less of another, who is not informed."""

    muter_id = models.CharField(**ID)
    muted_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "mutes"
        verbose_name = "mute"
        verbose_name_plural = "mutes"


class FollowRequest(Record):
    """One member requests to follow a private account; deleted when the follow is created."""

    requester_id = models.CharField(**ID)
    target_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "follow_requests"
        verbose_name = "follow request"
        verbose_name_plural = "follow requests"
