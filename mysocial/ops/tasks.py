"""The Celery task that runs after a server has lost data."""

from mysocial.core.wakeup_names import RECOVERY
from mysocial.ops.recovery import recover
from mysocial.persistence.wakeup_task import wakeup_task

MAX_RECOVERY_SECONDS = 900  # many records; the next attempt continues


@wakeup_task(RECOVERY, max_seconds=MAX_RECOVERY_SECONDS)
def recover_data() -> int:
    """Write to an older MongoDB what only Redis has, and correct counters after a loss."""
    return recover()
