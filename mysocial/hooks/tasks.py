"""The Celery task of hooks."""

from mysocial.core.wakeup_names import HOOKS
from mysocial.hooks.delivery import run_due_hooks
from mysocial.outbox import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task

LEASE_SECONDS = 60.0
MAX_SECONDS = 600  # a hook that takes longer is interrupted; the event is delivered again


@wakeup_task(HOOKS, max_seconds=MAX_SECONDS, is_interruptible=True)
def run_hooks() -> int:
    """Deliver events to hooks, one worker at a time; return how many."""
    return run_time_slice(HOOKS, run_due_hooks, lease_seconds=LEASE_SECONDS)
