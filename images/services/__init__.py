"""Verbs of media: the only writers."""

from images.services.media import MediaUse, add, received, remove_all, remove_of
from images.services.profile import (
    add_image,
    delete_background,
    delete_image,
    remove_image,
    show_image,
)
from images.services.work import process_due, sweep

__all__ = [
    "MediaUse",
    "add",
    "add_image",
    "delete_background",
    "delete_image",
    "process_due",
    "received",
    "remove_all",
    "remove_image",
    "remove_of",
    "show_image",
    "sweep",
]
