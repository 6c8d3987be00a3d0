"""Helpers that send e-mails and read the mailbox."""

from mysocial.core.ids import now
from mysocial.core.redis import client
from mysocial.outbox import emails, send_due
from mysocial.store import reads, write
from tests.support.concurrency import live_records

NEW_PASSWORD = "another-horse-battery"
ALICE = "alice@example.com"
DIGEST = "What else happened on MySocial"
MENTION = "bob mentioned you"


def subjects_to(mailbox, address=ALICE):
    """Send due e-mails; return the subjects of those to an address."""
    send_due()
    return [mail.subject for mail in mailbox if mail.to == [address]]


def statuses():
    return sorted(email[b"status"].decode() for email in live_records("mysocial.email").values())


def mention_alice(author, count=1):
    return [author.create_post("@alice") for _ in range(count)]


def queued_digest_id(person):
    """Return the id of the e-mail that will list what was held back in the member's day."""
    return client().hget(f"email_day:{person.id}", "digest").decode()


def end_day(person, mailbox):
    """End the day of a member; return the lines of their digest, None if there was none to send."""
    digest_id = queued_digest_id(person)
    client().hset(f"email_day:{person.id}", "end", 1)
    with write() as w:
        w.update(reads.get_record(emails, digest_id), due_at=now())
    send_due()
    digests = [mail for mail in mailbox if mail.subject == DIGEST]
    if not digests:
        return None
    (digest,) = digests
    return [line[2:] for line in digest.body.splitlines() if line.startswith("- ")]
