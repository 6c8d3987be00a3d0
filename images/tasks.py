"""Celery tasks of media."""

from celery import shared_task

from images import services
from mysocial.outbox import run_time_slice
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store.wakeups import MEDIA, PROCESS_MEDIA


@shared_task(name=PROCESS_MEDIA)
@skip_if_unavailable
def process_media() -> int:
    """Process uploads and remove deleted files."""
    return run_time_slice(MEDIA, services.process_due_media)


@shared_task(name="images.delete_stale_uploads")
@skip_if_unavailable
def delete_stale_uploads() -> int:
    """Delete uploads that no media wait for."""
    return services.delete_stale_uploads()
