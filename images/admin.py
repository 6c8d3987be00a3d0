"""Admin of media."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images import services
from images.models import DeletedFile, Media, Purpose
from mysocial.admin.record_admin import OutboxItemAdmin, RecordAdmin


@admin.register(Media)
class MediaAdmin(RecordAdmin):
    """List and remove the media of all members, except those of private messages."""

    list_display = ("kind", "purpose", "state", "owner_id", "url", "created_at")
    list_filter = ("kind", "purpose", "state")
    search_fields = ("owner_id", "subject_id")
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        queryset: QuerySet[Any] = super().get_queryset(request)
        return queryset.exclude(purpose=Purpose.MESSAGE)

    @staticmethod
    def remove(media_id: str) -> None:
        services.remove_media(media_id=media_id)


@admin.register(DeletedFile)
class DeletedFileAdmin(OutboxItemAdmin):
    """Show the files to remove from their hosts."""

    list_display = ("host", "host_ref", "status", "tries", "created_at")
    search_fields = ("host_ref",)
