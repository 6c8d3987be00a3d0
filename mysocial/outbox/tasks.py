"""Celery tasks of the outbox: cascade deletions and e-mail."""

from mysocial.core.wakeup_names import CASCADES, EMAILS, OLD_EMAIL_FILES
from mysocial.outbox.cascades import run_due_cascades
from mysocial.outbox.email import send_due
from mysocial.outbox.file_email_backend import delete_old_files
from mysocial.outbox.items import run_time_slice
from mysocial.persistence.wakeup_task import wakeup_task

# Longer than a slow mail server takes, so that the other processes of the worker go on flushing.
EMAIL_LEASE_SECONDS = 30.0
MAX_CASCADE_SECONDS = 900  # an account with very many records; the next attempt continues
MAX_EMAIL_SECONDS = 120  # the provider's own limits are shorter


@wakeup_task(CASCADES, max_seconds=MAX_CASCADE_SECONDS, is_interruptible=True)
def run_cascades() -> int:
    """Delete the dependents of deleted records."""
    return run_time_slice(CASCADES, run_due_cascades)


@wakeup_task(EMAILS, max_seconds=MAX_EMAIL_SECONDS, is_interruptible=True)
def send_emails() -> int:
    """Send the e-mails that are due."""
    return run_time_slice(EMAILS, send_due, lease_seconds=EMAIL_LEASE_SECONDS)


@wakeup_task(OLD_EMAIL_FILES, max_seconds=MAX_EMAIL_SECONDS)
def delete_old_email_files() -> int:
    """Delete the files of e-mails that are older than a day, from before a provider was set too."""
    return delete_old_files()
