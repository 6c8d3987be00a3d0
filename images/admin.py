"""Media in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images import services
from images.models import DeletedFile, Media, Purpose
from mysocial.admin.record_admin import OutboxItemAdmin, RecordAdmin


@admin.register(Media)
class MediaAdmin(RecordAdmin):
    """Pictures and videos of all members; not what was said to somebody alone."""

    list_display = ("kind", "purpose", "state", "owner_id", "url", "created_at")
    list_filter = ("kind", "purpose", "state")
    search_fields = ("owner_id", "subject_id")
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        found: QuerySet[Any] = super().get_queryset(request)
        return found.exclude(purpose=Purpose.MESSAGE)

    @staticmethod
    def remove(media_id: str) -> None:
        services.remove_media(media_id=media_id)


@admin.register(DeletedFile)
class DeadFileAdmin(OutboxItemAdmin):
    """Files that are to be removed at their host."""

    list_display = ("host", "host_ref", "status", "tries", "created_at")
    search_fields = ("host_ref",)
