"""Work that is committed with a write and done later by Celery: e-mail and cascade deletions."""

from mysocial.outbox.cascades import (
    Cascade,
    CascadeDeletion,
    cascades_of,
    count_pending,
    delete_listed,
    delete_listed_with,
    delete_records,
    queue_cascade,
    run_due_cascades,
)
from mysocial.outbox.email import (
    EmailTemplate,
    delete_emails,
    email_headers,
    email_summary,
    queue_email,
    send_due,
    send_message,
)
from mysocial.outbox.email_days import DIGEST, held_emails
from mysocial.outbox.email_failures import describe_email_error
from mysocial.outbox.email_models import Email, emails
from mysocial.outbox.email_reports import find_reported_email, mark_reported
from mysocial.outbox.file_email_backend import email_folder
from mysocial.outbox.items import (
    OUTBOX,
    QUEUED,
    OutboxItem,
    process_due,
    report_given_up,
    report_postponed,
    run_time_slice,
)

__all__ = [
    "DIGEST",
    "OUTBOX",
    "QUEUED",
    "Cascade",
    "CascadeDeletion",
    "Email",
    "EmailTemplate",
    "OutboxItem",
    "cascades_of",
    "count_pending",
    "delete_emails",
    "delete_listed",
    "delete_listed_with",
    "delete_records",
    "describe_email_error",
    "email_folder",
    "email_headers",
    "email_summary",
    "emails",
    "find_reported_email",
    "held_emails",
    "mark_reported",
    "process_due",
    "queue_cascade",
    "queue_email",
    "report_given_up",
    "report_postponed",
    "run_due_cascades",
    "run_time_slice",
    "send_due",
    "send_message",
]
