"""Celery beat that sends no superfluous wake-ups; `app.conf.beat_scheduler` names it."""

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
    """Celery's scheduler, except for the tasks that wake workers.

    It runs `wake_dirty_queues` in its own process: a message for it would wait behind others just
    when it is needed most. The other wake-ups are sent only if none is pending.
    """

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Run or send the task of a schedule entry. Never raises."""
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
