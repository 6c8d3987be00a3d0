"""Verbs of media: the only writers."""

from images.services.media import MediaHandler, add, receive_upload, remove_all, remove_of
from images.services.profile import (
    add_image,
    delete_background,
    delete_image,
    remove_image,
    show_image,
)
from images.services.work import process_due_media, sweep

__all__ = [
    "MediaHandler",
    "add",
    "add_image",
    "delete_background",
    "delete_image",
    "process_due_media",
    "receive_upload",
    "remove_all",
    "remove_image",
    "remove_of",
    "show_image",
    "sweep",
]
