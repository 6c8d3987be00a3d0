"""Beat, which wakes whom it must and nobody twice: `app.conf.beat_scheduler` names it."""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError

from mysocial.core.errors import Unavailable
from mysocial.persistence.heartbeats import SCHEDULER_KEY, SCHEDULER_TTL_SECONDS, record_heartbeat
from mysocial.store import wake_unless_pending
from mysocial.store.wakeups import TASKS_BY_NAME, WAKE_DIRTY_QUEUES

logger = logging.getLogger(__name__)
WAKEUP_NAMES = {task: name for name, (task, _queue) in TASKS_BY_NAME.items()}


class WakeupScheduler(PersistentScheduler):
    """Celery's own scheduler, but for what the workers are woken to do.

    What is owed it asks itself, without a message: one that waited behind others would come too
    late where it is needed most. Other work it asks for only while no message is on its way.
    """

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Do what an entry of the schedule says. Never raises."""
        try:
            if entry.task == WAKE_DIRTY_QUEUES:
                self.app.tasks[WAKE_DIRTY_QUEUES]()
            elif entry.task in WAKEUP_NAMES:
                wake_unless_pending(WAKEUP_NAMES[entry.task])
            else:
                self.apply_async(entry, producer=producer, advance=False)
            record_heartbeat(SCHEDULER_KEY, SCHEDULER_TTL_SECONDS)
        except (Unavailable, SchedulingError) as error:
            logger.warning("%s waits for the next beat: %s", entry.name, error)
