"""Media in the admin."""

from django.contrib import admin

from images import services
from images.models import DeadFile, Media
from mysocial.admin import OwedAdmin, RecordAdmin


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


@admin.register(DeadFile)
class DeadFileAdmin(OwedAdmin):
    """Files that are to be removed at their host."""

    list_display = ("host", "host_ref", "status", "tries", "created_at")
    search_fields = ("host_ref",)
