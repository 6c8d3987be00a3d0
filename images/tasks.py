"""Celery tasks of media."""

from images import services
from images.processing.client import MAX_FILE_SECONDS
from mysocial.core.wakeup_names import MEDIA, OLD_UPLOADS
from mysocial.outbox import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task

MAX_STORAGE_SECONDS = 600  # for the file and its sizes at a slow host
MAX_DELETION_SECONDS = 300


@wakeup_task(MEDIA, max_seconds=MAX_FILE_SECONDS + MAX_STORAGE_SECONDS, is_interruptible=True)
def process_media() -> int:
    """Process uploads and remove deleted files."""
    return run_time_slice(MEDIA, services.process_due_media)


@wakeup_task(OLD_UPLOADS, max_seconds=MAX_DELETION_SECONDS)
def delete_stale_uploads() -> int:
    """Delete uploads that no media wait for."""
    return services.delete_stale_uploads()
