"""The names of the queues that own records: those that the stores of the installed apps name.

This module loads no model, so that `mysocial.ops.probe` starts fast.
"""

from django.apps import apps
from django.conf import settings

OUTBOX_QUEUES = ("default", "email")  # of the project's own records
_names: set[str] = set()


def add_queue(name: str) -> None:
    """Declare a queue whose workers flush records."""
    _names.add(name)


def queue_names() -> list[str]:
    """Return the queues that own records, sorted by name.

    Before the apps are loaded, the result has the labels of all apps that may have stores. A queue
    without records is always empty.
    """
    if apps.models_ready:
        return sorted(_names)
    parts = {part for entry in settings.INSTALLED_APPS for part in entry.split(".")}
    return sorted(parts.union(OUTBOX_QUEUES))


def all_queue_names() -> list[str]:
    """Return the queues of all workers: those that own records, and that of long work."""
    return [*queue_names(), settings.MEDIA_QUEUE]
