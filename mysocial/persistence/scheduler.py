"""Celery beat that sends only messages for which there is work.

`app.conf.beat_scheduler` names it.
"""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError

from mysocial.core.errors import Unavailable
from mysocial.persistence.due import is_due
from mysocial.persistence.heartbeats import SCHEDULER_KEY, SCHEDULER_TTL_SECONDS, record_heartbeat
from mysocial.store import wake_unless_pending
from mysocial.store.wakeups import TASKS_BY_NAME, WAKE_DIRTY_QUEUES

logger = logging.getLogger(__name__)
WAKEUP_NAMES = {task: name for name, (task, _queue) in TASKS_BY_NAME.items()}
TRIM_LOGS = "trim-logs"  # the entry that deletes what no look-up finds


class WakeupScheduler(PersistentScheduler):
    """Celery's scheduler, except that it looks up in Redis what there is to do.

    For a wake-up, it sends a message only if there is work and no other message is pending. It runs
    `wake_dirty_queues` in its own process: a message for it would wait behind others just when it
    is needed most.
    """

    _is_unavailable = False

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Run or send the task of a schedule entry. Never raises."""
        try:
            if entry.task == WAKE_DIRTY_QUEUES:
                self.app.tasks[WAKE_DIRTY_QUEUES]()
            elif entry.task in WAKEUP_NAMES:
                name = WAKEUP_NAMES[entry.task]
                if entry.name == TRIM_LOGS or is_due(name):
                    wake_unless_pending(name)
            else:
                self.apply_async(entry, producer=producer, advance=False)
            record_heartbeat(SCHEDULER_KEY, SCHEDULER_TTL_SECONDS)
        except (Unavailable, SchedulingError) as error:
            self._log(error)
        else:
            self._log(None)

    def _log(self, error: Exception | None) -> None:
        """Log the first failure, and that it is over."""
        if error and not self._is_unavailable:
            logger.warning("No task is sent for now: %s", error)
        elif self._is_unavailable and not error:
            logger.warning("Tasks are sent again.")
        self._is_unavailable = error is not None
