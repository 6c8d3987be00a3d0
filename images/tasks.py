"""Jobs of media."""

from celery import shared_task

from images import services
from mysocial.outbox.items import in_turns
from mysocial.persistence.backoff import patient
from mysocial.store.wakeups import MEDIA, PROCESS_MEDIA


@shared_task(name=PROCESS_MEDIA)
@patient
def process_media() -> int:
    """Process what was brought, remove the files that are to go."""
    return in_turns(MEDIA, services.process_due)


@shared_task(name="images.sweep_incoming")
@patient
def sweep_incoming() -> int:
    """Remove uploads that nobody asked for."""
    return services.sweep()
