"""Follows, requests, blocks and mutes in the admin."""

from django.contrib import admin

from followers import services
from followers.models import Block, Follow, FollowRequest, Mute
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Follow)
class FollowAdmin(RecordAdmin):
    """Follows; staff can remove one."""

    list_display = ("follower_id", "followee_id", "created_at")
    search_fields = ("follower_id", "followee_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(follow_id: str) -> None:
        """Remove a follow."""
        services.remove_follow(follow_id=follow_id)


@admin.register(FollowRequest)
class FollowRequestAdmin(RecordAdmin):
    """Pending follow requests; read-only, because only their targets decide on them."""

    list_display = ("requester_id", "target_id", "created_at")
    search_fields = ("requester_id", "target_id")
    ordering = ("-created_at",)


@admin.register(Block)
class BlockAdmin(RecordAdmin):
    """Blocks; read-only, because only the blocking member can end one."""

    list_display = ("blocker_id", "blocked_id", "created_at")
    search_fields = ("blocker_id", "blocked_id")
    ordering = ("-created_at",)


@admin.register(Mute)
class MuteAdmin(RecordAdmin):
    """Mutes; read-only, because only the muting member can end one."""

    list_display = ("muter_id", "muted_id", "created_at")
    search_fields = ("muter_id", "muted_id")
    ordering = ("-created_at",)
