"""Celery task of the security log."""

from mysocial.core.wakeup_names import SECURITY_EVENTS
from mysocial.persistence.wakeup_task import wakeup_task
from mysocial.security_log.failures import save_counted_events

MAX_SECONDS = 120


@wakeup_task(SECURITY_EVENTS, max_seconds=MAX_SECONDS)
def save_security_events() -> int:
    """Save the counted security events as records."""
    return save_counted_events()
