"""The tasks of wake-ups, and their retries by Celery.

A message only reports that there is work, which is recorded in Redis. While a server is
unavailable, the task of each wake-up is retried. At most one message of each wake-up is pending, so
a retry is such a message, too.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Reject, Retry
from celery.utils import uuid

from mysocial.core.errors import Unavailable
from mysocial.persistence.backoff import RetryLater, start_backoff
from mysocial.store import acknowledge_wakeup
from mysocial.store.wakeups import MESSAGE_TTL_SECONDS, PENDING_TTL_MS, mark_pending, task_of

logger = logging.getLogger(__name__)
Work = Callable[[], int]
RETRY_SECONDS = 1.0  # without Redis, which holds the backoff
TERMINATION_SECONDS = 10  # from the exception to the end of the process


class WorkFailed(Exception):
    """A part of the work was given up. The message has the reason, and the task fails with it."""


class ItemsPostponed(RetryLater):
    """Items of an outbox are due again later. Others may wake the workers before that."""


def wakeup_task(
    name: str, *, max_seconds: int, is_interruptible: bool = False
) -> Callable[[Work], Any]:
    """Register a function as the task of a wake-up.

    The task is retried if a server is unavailable, and fails if a part of its work was given up.

    Args:
        name: The name of the wake-up.
        max_seconds: The time after which the process of a task that hangs is killed.
        is_interruptible: Whether the function first gets a `SoftTimeLimitExceeded` at that time,
            wherever it is, and has 10 seconds to end.
    """
    options: dict[str, Any] = {
        "name": task_of(name)[0],  # the sender names the queue
        "bind": True,
        "max_retries": None,
        "throws": (WorkFailed,),
        "time_limit": max_seconds,
    }
    if is_interruptible:
        options |= {"soft_time_limit": max_seconds, "time_limit": max_seconds + TERMINATION_SECONDS}

    def register(work: Work) -> Any:
        @functools.wraps(work)
        def run(task: Task[Any, Any]) -> int:
            try:
                acknowledge_wakeup(name, task.request.id or "")
                return work()
            except Unavailable as error:
                retry = _retry(task, name, error, _wait_for_server(error))
            except ItemsPostponed as error:
                retry = _retry(task, f"{name}.retry", error, error.seconds)
            except RetryLater as error:
                retry = _retry(task, name, error, error.seconds)
            raise retry

        return shared_task(**options)(run)

    return register


def _wait_for_server(error: Unavailable) -> float:
    """Start a backoff; return its seconds."""
    try:
        return start_backoff(error)
    except Unavailable:
        return RETRY_SECONDS


def _retry(
    task: "Task[Any, Any]", pending_name: str, error: Exception, seconds: float
) -> Exception:
    """Return what ends a task that is retried after `seconds`.

    The next attempt has its own id, so that a monitor shows the result of each. If another message
    is pending, it is the next attempt. A broker that cannot be reached gets no message: the workers
    request lost wake-ups when they reconnect.

    Args:
        task: The running task.
        pending_name: The name of the wake-up that is marked as pending; `<name>.retry` for items
            that are postponed, so that new items are not delayed.
        error: The reason.
        seconds: The time after which it is retried.
    """
    if task.request.called_directly:
        return error
    message_id = uuid()
    try:
        if mark_pending(pending_name, round(seconds * 1000) + PENDING_TTL_MS, message_id):
            return task.retry(
                exc=error,
                countdown=seconds,
                expires=seconds + MESSAGE_TTL_SECONDS,
                task_id=message_id,
                throw=False,
            )
    except (Unavailable, Reject):
        pass
    when: Any = seconds  # the types know no `numbers.Real`
    return Retry(exc=error, when=when)
