"""Writes of media. No other module writes them."""

from images.services.media import (
    MediaHandler,
    create_media,
    delete_media_of_owner,
    delete_media_of_subject,
    note_replaced,
    receive_upload,
)
from images.services.processing_jobs import delete_stale_uploads, process_due_media
from images.services.profile import (
    choose_profile_image,
    delete_background,
    delete_image,
    remove_media,
    upload_profile_image,
)

__all__ = [
    "MediaHandler",
    "choose_profile_image",
    "create_media",
    "delete_background",
    "delete_image",
    "delete_media_of_owner",
    "delete_media_of_subject",
    "delete_stale_uploads",
    "note_replaced",
    "process_due_media",
    "receive_upload",
    "remove_media",
    "upload_profile_image",
]
