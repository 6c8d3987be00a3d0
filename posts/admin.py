"""Admin of posts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from mysocial.admin.record_admin import OutboxItemAdmin, RecordAdmin
from mysocial.store import Record
from posts import services
from posts.models import WITHHELD, Bookmark, Poll, PollEnd, Post, PostVersion


@admin.register(Post)
class PostAdmin(RecordAdmin):
    """List, change and remove the posts of all members."""

    list_display = ("text", "author_id", "privacy", "comments_count", "created_at")
    list_filter = ("privacy",)
    search_fields = ("text", "author_id")
    ordering = ("-created_at",)
    readonly_fields = (
        "id",
        "author_id",
        "created_at",
        "who_may_comment",
        "comments_count",
        "edited_at",
        "pinned_at",
    )
    fields = ("text", "privacy", "bg_color", "feelings", *readonly_fields)

    @staticmethod
    def change(post_id: str, **changes: Any) -> None:
        services.moderate_post(post_id=post_id, **changes)

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        is_withheld = isinstance(obj, Post) and obj.privacy == WITHHELD
        return not is_withheld and super().has_change_permission(request, obj)

    @staticmethod
    def remove(post_id: str) -> None:
        services.remove_post(post_id=post_id)


@admin.register(PostVersion)
class PostVersionAdmin(RecordAdmin):
    """Show the earlier versions of posts; read-only."""

    list_display = ("post_id", "text", "written_at", "created_at")
    search_fields = ("post_id", "text")
    ordering = ("-created_at",)


@admin.register(Bookmark)
class BookmarkAdmin(RecordAdmin):
    """Bookmarks; read-only, because only the member can remove one."""

    list_display = ("user_id", "post_id", "created_at")
    search_fields = ("user_id", "post_id")
    ordering = ("-created_at",)


@admin.register(Poll)
class PollAdmin(RecordAdmin):
    """Polls; read-only. The results are on the site, for those who may see them.

    Votes have no pages: only the voter knows of a vote.
    """

    list_display = ("id", "options", "multiple", "ends_at", "created_at")
    search_fields = ("id",)
    ordering = ("-created_at",)
    fields = (
        *("id", "created_at", "options", "multiple"),
        *("hide_results", "may_change_vote", "ends_at"),
    )


@admin.register(PollEnd)
class PollEndAdmin(OutboxItemAdmin):
    """Ends of polls that are not announced yet."""
