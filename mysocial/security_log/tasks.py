"""Celery task of the security log."""

from celery import shared_task

from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.security_log.failures import save_counted_events


@shared_task(name="accounts.save_security_events", expires=9)
@skip_if_unavailable
def save_security_events() -> int:
    """Save the counted security events as records."""
    return save_counted_events()
