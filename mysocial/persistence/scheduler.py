"""Beat, which wakes whom it must and nobody twice: `app.conf.beat_scheduler` names it."""

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError

from mysocial.core.errors import Unavailable
from mysocial.persistence.heartbeats import BEAT, BEAT_SECONDS, leave_sign
from mysocial.store.wakeups import NUDGE_DEBTS, WORK, send_again

logger = logging.getLogger(__name__)
NAMES = {task: name for name, (task, _queue) in WORK.items()}


class Beat(PersistentScheduler):
    """Celery's own scheduler, but for what the workers are woken to do.

    What is owed it asks itself, without a message: one that waited behind others would come too
    late where it is needed most. Other work it asks for only while no message is on its way.
    """

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Do what an entry of the schedule says. Never raises."""
        try:
            if entry.task == NUDGE_DEBTS:
                self.app.tasks[NUDGE_DEBTS]()
            elif entry.task in NAMES:
                send_again(NAMES[entry.task])
            else:
                self.apply_async(entry, producer=producer, advance=False)
            leave_sign(BEAT, BEAT_SECONDS)
        except (Unavailable, SchedulingError) as error:
            logger.warning("%s waits for the next beat: %s", entry.name, error)
