"""Media in the admin."""

from django.contrib import admin

from images import services
from images.models import Media
from mysocial.admin import RecordAdmin


@admin.register(Media)
class MediaAdmin(RecordAdmin):
    """Pictures and videos of all members."""

    list_display = ("kind", "use", "state", "owner_id", "url", "created_at")
    list_filter = ("kind", "use", "state")
    search_fields = ("owner_id", "subject_id")
    ordering = ("-created_at",)

    @staticmethod
    def remove(media_id: str) -> None:
        services.remove_image(media_id=media_id)
