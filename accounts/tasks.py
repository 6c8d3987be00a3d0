"""Jobs of accounts."""

from celery import shared_task

from accounts import services
from mysocial.outbox import run_time_slice
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store.wakeups import EXPORTS, MAKE_EXPORTS

LEASE_SECONDS = 600.0


@shared_task(name=MAKE_EXPORTS)
@skip_if_unavailable
def make_exports() -> int:
    """Make exports, one at a time in all workers: others have debts to carry."""
    return run_time_slice(EXPORTS, services.make_exports, lease_seconds=LEASE_SECONDS)


@shared_task(name="accounts.delete_expired_exports")
@skip_if_unavailable
def delete_expired_exports() -> int:
    """Remove the files of exports that were kept for a week."""
    return services.delete_expired_exports()
