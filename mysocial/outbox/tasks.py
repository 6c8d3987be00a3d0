"""Celery tasks of the outbox: cascade deletions and e-mail."""

from celery import shared_task

from mysocial.outbox.cascades import run_due_cascades
from mysocial.outbox.email import send_due
from mysocial.outbox.file_email_backend import delete_old_files
from mysocial.outbox.items import run_time_slice
from mysocial.persistence.backoff import skip_if_unavailable
from mysocial.store.wakeups import CASCADES, EMAILS, RUN_CASCADES, SEND_EMAILS

EMAIL_LEASE_SECONDS = 10.0


@shared_task(name=RUN_CASCADES)
@skip_if_unavailable
def run_cascades() -> int:
    """Delete the dependents of deleted records."""
    return run_time_slice(CASCADES, run_due_cascades)


@shared_task(name=SEND_EMAILS)
@skip_if_unavailable
def send_emails() -> int:
    """Send the e-mails that are due."""
    return run_time_slice(EMAILS, send_due, lease_seconds=EMAIL_LEASE_SECONDS)


@shared_task(name="email.delete_old_files")
def delete_old_email_files() -> int:
    """Delete the files of e-mails that are older than a day, from before a provider was set too."""
    return delete_old_files()
