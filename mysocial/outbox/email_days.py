"""The daily maximum of e-mails to one member, and the digest of what is past it.

A day starts with its first e-mail and lasts 24 hours. The ids of its e-mails are in Redis, at most
`MAX_EMAILS_PER_DAY`, so that an e-mail which is tried again keeps its place. Past the maximum, an
e-mail is held back: its id is stored with the digest, an e-mail of its own that is due at the end
of the day.
"""

from datetime import UTC, datetime

from django.conf import settings

from mysocial.core.ids import new_id
from mysocial.core.redis import Script
from mysocial.outbox.email_models import DROPPED, HELD, SENT, Email, emails
from mysocial.outbox.items import QUEUED
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write

CLAIM_PLACE = Script("common", "claim_email_place")
DAY_MS = 24 * 3600 * 1000
DIGEST = "digest"  # the name of the template
MAX_HELD = 100  # the e-mails that a digest lists; it only says that there were more


def claim_place(mail: Email) -> str:
    """Return `SENT` if an e-mail has a place in its recipient's day; otherwise hold it back.

    Returns:
        The status that the e-mail is to have: `HELD` if the digest will list it, `DROPPED` if the
        digest lists `MAX_HELD` others, or `QUEUED` if a worker is just making the digest. It is
        then tried again in the next day.

    Raises:
        Unavailable: The store cannot be reached.
    """
    proposed_id = new_id()
    digest_id, end_ms = CLAIM_PLACE(
        {
            "recipient": mail.recipient,
            "email_id": mail.id,
            "new_digest_id": proposed_id,
            "max_emails": settings.MAX_EMAILS_PER_DAY,
            "day_ms": DAY_MS,
        }
    )
    if not digest_id:
        return SENT
    due_at = datetime.fromtimestamp(end_ms / 1000, UTC)
    digest = Email(id=digest_id.decode(), kind=DIGEST, recipient=mail.recipient, due_at=due_at)
    return _hold_back(mail, digest, is_new=digest.id == proposed_id)


@retry_on_conflict
def _hold_back(mail: Email, new_digest: Email, *, is_new: bool) -> str:
    """Add an e-mail to its digest, which is created if there is none, in one write."""
    ids = [mail.id] if is_new else [mail.id, new_digest.id]
    stored = reads.get_records(emails, ids)
    digest = stored.get(new_digest.id)
    if digest and (digest.status != QUEUED or digest.tries):
        return QUEUED
    held_ids = digest.params["held"] if digest else []
    is_full = len(held_ids) >= MAX_HELD
    status = DROPPED if is_full else HELD
    params = {"held": held_ids if is_full else [*held_ids, mail.id], "has_more": is_full}
    with write(*STALE_ERRORS) as w:
        if digest is None:
            new_digest.params = params
            w.create(new_digest, new_id=is_new)
        elif params != digest.params:
            w.update(digest, check_revision=True, params=params)
        w.update(stored[mail.id], status=status)
    return status


def held_emails(digest: Email) -> list[Email]:
    """Return the e-mails that a digest lists, in the order in which they were held back."""
    records = reads.get_records(emails, digest.params["held"])
    return [records[email_id] for email_id in digest.params["held"] if email_id in records]
