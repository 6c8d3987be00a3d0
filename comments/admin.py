"""Admin of comments and of reactions to them."""

from typing import Any

from django.contrib import admin

from comments import services
from comments.models import Comment, CommentReaction
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Comment)
class CommentAdmin(RecordAdmin):
    """List, change and remove the comments of all members."""

    list_display = ("text", "author_id", "post_id", "replies_count", "created_at")
    search_fields = ("text", "author_id", "post_id")
    ordering = ("-created_at",)
    readonly_fields = ("id", "post_id", "parent_id", "author_id", "created_at", "edited_at")
    fields = ("text", *readonly_fields)

    @staticmethod
    def change(comment_id: str, **changes: Any) -> None:
        services.moderate_comment(comment_id=comment_id, **changes)

    @staticmethod
    def remove(comment_id: str) -> None:
        services.remove_comment(comment_id=comment_id)


@admin.register(CommentReaction)
class CommentReactionAdmin(RecordAdmin):
    """List and remove the reactions to comments."""

    list_display = ("type", "user_id", "comment_id", "created_at")
    list_filter = ("type",)
    search_fields = ("user_id", "comment_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(reaction_id: str) -> None:
        services.remove_comment_reaction(reaction_id=reaction_id)
