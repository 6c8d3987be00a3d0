"""The consumer of a Celery worker: it reconnects each second and asks for lost wake-ups."""

import functools
from typing import Any

from celery.worker import consumer

from mysocial.persistence.tasks import wake_all

RETRY_SECONDS = 1.0


class Consumer(consumer.Consumer):
    """Celery's consumer, but it tries to reach the broker each second, without limit.

    Celery waits two seconds longer after each try, up to 30 seconds, so records could stay dirty
    for half a minute after Redis is back. There is no setting for it. `app.conf.worker_consumer`
    names this class.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Return the connection once it is established."""
        conn.ensure_connection = functools.partial(
            conn.ensure_connection,
            interval_start=RETRY_SECONDS,
            interval_step=0,
            interval_max=RETRY_SECONDS,
        )
        return super().ensure_connected(conn)

    def on_ready(self) -> None:
        """Start consuming, and request wake-ups: those sent before may be lost."""
        super().on_ready()
        wake_all()
