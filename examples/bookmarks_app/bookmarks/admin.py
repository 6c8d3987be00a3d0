"""Admin of bookmarks."""

from django.contrib import admin

from bookmarks.models import Bookmark
from bookmarks.services import delete_bookmark
from mysocial.admin.record_admin import RecordAdmin


@admin.register(Bookmark)
class BookmarkAdmin(RecordAdmin):
    """List the bookmarks of all members and remove them."""

    list_display = ("user_id", "post_id", "created_at")
    search_fields = ("user_id", "post_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(pk: str) -> None:
        delete_bookmark(pk)
