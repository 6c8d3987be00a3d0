"""The part of a Celery worker that is ours: how it begins, and comes back to its broker."""

import functools
from typing import Any

from celery.worker import consumer

from mysocial.persistence.tasks import wake_all

RETRY_SECONDS = 1.0


class Consumer(consumer.Consumer):
    """Celery's own, but that it asks for a broker that is away each second, without end.

    Celery waits two seconds longer each time, up to 30, and ends after 100 times: debts would stand
    for half a minute after Redis is back. There is no setting for the first of these.
    `app.conf.worker_consumer` names it.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Return the connection when there is one."""
        conn.ensure_connection = functools.partial(
            conn.ensure_connection,
            interval_start=RETRY_SECONDS,
            interval_step=0,
            interval_max=RETRY_SECONDS,
        )
        return super().ensure_connected(conn)

    def on_ready(self) -> None:
        """Take messages, at first or again: those that were on their way to us may be lost."""
        super().on_ready()
        wake_all()
