"""Celery tasks of accounts."""

from celery import shared_task

from accounts import services
from mysocial.outbox import run_time_slice
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store.wakeups import EXPORTS, MAKE_EXPORTS

LEASE_SECONDS = 600.0


@shared_task(name=MAKE_EXPORTS)
@skip_if_unavailable
def make_exports() -> int:
    """Create requested exports in one worker at a time, so that the others keep flushing."""
    return run_time_slice(EXPORTS, services.make_exports, lease_seconds=LEASE_SECONDS)


@shared_task(name="accounts.delete_expired_exports")
@skip_if_unavailable
def delete_expired_exports() -> int:
    """Delete the files of exports after their week."""
    return services.delete_expired_exports()
