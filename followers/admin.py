"""Follows, requests, blocks and mutes in the admin."""

from django.contrib import admin

from followers import services
from followers.models import Block, Follow, FollowRequest, Mute
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Follow)
class FollowAdmin(RecordAdmin):
    """Who follows whom."""

    list_display = ("follower_id", "followee_id", "created_at")
    search_fields = ("follower_id", "followee_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(follow_id: str) -> None:
        services.remove_follow(follow_id=follow_id)


@admin.register(FollowRequest)
class FollowRequestAdmin(RecordAdmin):
    """Who asks to follow whom: theirs to answer, so to be looked at only."""

    list_display = ("requester_id", "target_id", "created_at")
    search_fields = ("requester_id", "target_id")
    ordering = ("-created_at",)


@admin.register(Block)
class BlockAdmin(RecordAdmin):
    """Who blocks whom: theirs to end, so to be looked at only."""

    list_display = ("blocker_id", "blocked_id", "created_at")
    search_fields = ("blocker_id", "blocked_id")
    ordering = ("-created_at",)


@admin.register(Mute)
class MuteAdmin(RecordAdmin):
    """Who mutes whom: theirs to end, so to be looked at only."""

    list_display = ("muter_id", "muted_id", "created_at")
    search_fields = ("muter_id", "muted_id")
    ordering = ("-created_at",)
