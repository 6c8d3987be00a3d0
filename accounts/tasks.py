"""Jobs of accounts."""

from celery import shared_task

from accounts import services
from mysocial.outbox.items import alone, in_turns
from mysocial.persistence.backoff import patient
from mysocial.store.wakeups import EXPORTS, MAKE_EXPORTS

LEASE_SECONDS = 600.0


@shared_task(name=MAKE_EXPORTS)
@patient
def make_exports() -> int:
    """Make exports, one at a time in all workers: others have debts to carry."""
    return in_turns(
        EXPORTS,
        lambda seconds: alone(EXPORTS, LEASE_SECONDS, lambda: services.make_exports(seconds)),
    )


@shared_task(name="accounts.sweep_exports")
@patient
def sweep_exports() -> int:
    """Remove the files of exports that were kept for a week."""
    return services.sweep_exports()
