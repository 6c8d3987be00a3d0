"""The queues that the running workers take."""

from celery import current_app

from mysocial.core.queues import all_queue_names

REPLY_SECONDS = 1.0


def untaken_queues() -> list[str] | None:
    """Return the queues that no running worker takes; None if no worker responds.

    Records of such a queue are accepted and stay dirty.

    Raises:
        OperationalError: The broker cannot be reached.
    """
    workers = current_app.control.inspect(timeout=REPLY_SECONDS).active_queues()
    if not workers:
        return None
    taken = {queue["name"] for queues in workers.values() for queue in queues}
    return [name for name in all_queue_names() if name not in taken]
