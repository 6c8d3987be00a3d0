"""Celery task of posts."""

from mysocial.core.wakeup_names import POLL_ENDS
from mysocial.outbox import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task
from posts import services

MAX_END_SECONDS = 900  # a poll with very many voters; the next attempt continues


@wakeup_task(POLL_ENDS, max_seconds=MAX_END_SECONDS, is_interruptible=True)
def end_polls() -> int:
    """Announce the ends of polls, and notify their authors and voters."""
    return run_time_slice(POLL_ENDS, services.end_due_polls)
