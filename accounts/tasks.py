"""Celery tasks of accounts."""

from accounts import services
from mysocial.core.wakeup_names import EXPORTS, OLD_EXPORTS
from mysocial.outbox import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task

MAX_EXPORT_SECONDS = 900
# Longer than an export may take: no other worker starts one meanwhile.
LEASE_SECONDS = MAX_EXPORT_SECONDS + 60.0
MAX_DELETION_SECONDS = 300


@wakeup_task(EXPORTS, max_seconds=MAX_EXPORT_SECONDS, is_interruptible=True)
def make_exports() -> int:
    """Create requested exports in one worker at a time, so that the others keep flushing."""
    return run_time_slice(EXPORTS, services.make_exports, lease_seconds=LEASE_SECONDS)


@wakeup_task(OLD_EXPORTS, max_seconds=MAX_DELETION_SECONDS)
def delete_expired_exports() -> int:
    """Delete the files of exports after their week."""
    return services.delete_expired_exports()
