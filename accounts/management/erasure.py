"""Erasing a member, and the verification that only what must remain is left of them."""

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from accounts import selectors, services
from accounts.models import ACCOUNT_ERASED
from images import services as images
from mysocial.core import keys
from mysocial.core.progress import ProgressCallback
from mysocial.outbox import count_pending, delete_emails, emails, run_due_cascades
from mysocial.persistence import dirty, flush
from mysocial.privacy import SECTIONS, Hit, Owner, SearchTerms, erasure_scan
from mysocial.store import STORES, reads
from users.selectors import get_user

POLL_SECONDS = 0.2
# Records in which a mention of the member belongs to the author.
AUTHORED = {"posts.post", "posts.postversion", "comments.comment", "chat.message"}


class Retained(StrEnum):
    """Reasons why something may remain after an erasure; `docs/operations.md` explains them."""

    TOMBSTONE = "tombstones"
    CASCADE = "cascade deletions"
    DELETED_FILE = "names of deleted files"
    LAST_EMAIL = "the last e-mail"
    EVENTS = "deletion events"
    MENTIONS = "mentions by others"
    STAFF_LOG = "the staff log"
    PRESENCE = "presence"


RETAINED_BY_LABEL = {
    "mysocial.cascadedeletion": Retained.CASCADE,
    "images.deletedfile": Retained.DELETED_FILE,
    "mysocial.auditentry": Retained.STAFF_LOG,
}


class ErasureReport(NamedTuple):
    """The result of an erasure."""

    records: int  # how many records the member had
    remaining: list[Hit]  # what must not remain but does
    retained: Counter[str]  # how many hits may remain, by reason


def collect_search_terms(user_id: str, *, words: tuple[str, ...] = ()) -> SearchTerms:
    """Return what to search for after the erasure: ids, file names, name, address and `words`."""
    account = selectors.get_account(user_id)
    owner = Owner(user_id, get_user(user_id).username, account.email)
    former = [reservation.email for reservation in selectors.email_reservations(user_id)]
    # A new address that was not confirmed may belong to another member.
    pending = [account.pending_email] if services.is_pending_email_free(account) else []
    addresses = [address for address in (account.email, *pending, *former) if address]
    ids, files = {user_id}, []
    for section in SECTIONS.values():
        for record in section.find_records(owner):
            ids.add(str(record.pk))
            if file := section.file(record):
                files.append(file[0])
    # A composite id is found by the member's id in it; the other id in it is not the member's.
    own_ids = frozenset(pk for pk in ids if ":" not in pk)
    return SearchTerms(own_ids, (*addresses, *files, *words), owner.name)


def erase_and_verify(
    terms: SearchTerms, user_id: str, *, seconds: float, tell: ProgressCallback
) -> ErasureReport:
    """Erase a member, wait for the cascades, and search for what remains.

    Raises:
        NotFound: There is no such account.
        Unavailable: Redis or MongoDB cannot be reached.
        TimeoutError: The cascades were not finished within `seconds`; workers continue them.
    """
    erased_at = erasure_scan.clock()
    services.erase_account(account_id=user_id)
    _wait(lambda: _pending_deletions(terms), seconds, tell)
    _delete_emails_and_tokens(terms)
    flush_all()
    erasure_scan.delete_hits(terms, before=erased_at)
    hits = list(erasure_scan.find_hits(terms, tell))
    reasons = [(hit, retention_reason(hit, erased_at)) for hit in hits]
    remaining = [hit for hit, reason in reasons if not reason]
    return ErasureReport(
        len(terms.ids), remaining, Counter(reason for _, reason in reasons if reason)
    )


def flush_all() -> None:
    """Flush all dirty records to MongoDB."""
    for queue in dirty.queue_names():
        while flush.flush_queue(queue):
            pass


# Why a hit may remain ----------------------------------------------------------------------------


def retention_reason(hit: Hit, erased_at: int) -> str:
    """Return the reason why a hit may remain, or an empty string if it must not.

    Args:
        hit: A place in which a search term was found.
        erased_at: The clock of the event log just before the erasure, in ms since 1970.
    """
    if hit.place == "log":
        return _log_reason(hit, erased_at)
    if hit.what == keys.EXPIRING:
        return Retained.EVENTS
    if hit.what == keys.ONLINE_MEMBERS:
        return Retained.PRESENCE
    if hit.what == "django_admin_log":
        return Retained.STAFF_LOG
    return _record_reason(hit)


def _log_reason(hit: Hit, erased_at: int) -> str:
    """Return the reason for an entry of an event log."""
    entry_ms = int(hit.key.partition("-")[0])
    if entry_ms > erased_at:
        return Retained.EVENTS
    return Retained.MENTIONS if hit.term.startswith("@") else ""


def _record_reason(hit: Hit) -> str:
    """Return the reason for a record in Redis or MongoDB."""
    label = _label(hit)
    if _is_tombstone(hit):
        return Retained.TOMBSTONE
    if label == "mysocial.email":
        return "" if _without_last_email([_pk(hit)]) else Retained.LAST_EMAIL
    if label in AUTHORED and hit.term.startswith("@"):
        return Retained.MENTIONS
    return RETAINED_BY_LABEL.get(label, "")


def _label(hit: Hit) -> str:
    """Return the label of the record that contains a hit, or an empty string."""
    if hit.place == "redis":
        label = hit.what.partition(":")[0]
        return label if label in STORES else ""
    tables = {store.model._meta.db_table: label for label, store in STORES.items()}  # noqa: SLF001
    return tables.get(hit.what, "") if hit.place == "mongo" else ""


def _pk(hit: Hit) -> str:
    return hit.key if hit.place == "mongo" else hit.what.partition(":")[2]


def _is_tombstone(hit: Hit) -> bool:
    """Return whether a hit is in a deleted record, of which nothing remains but its id."""
    if hit.place == "mongo":
        return set(hit.fields) == {"_id", "_version", "_deleted_at"}
    return "x" in hit.fields and set(hit.fields) <= {"v", "x", "r"}


# Steps of the erasure ----------------------------------------------------------------------------


def _pending_deletions(terms: SearchTerms) -> int:
    """Process what is due of the cascades; return how many deletions are pending."""
    run_due_cascades()
    images.process_due_media()
    flush_all()
    return count_pending(terms.ids)


def _wait(count: Callable[[], int], seconds: float, tell: ProgressCallback) -> None:
    """Call `count` until it returns 0."""
    deadline, total = time.monotonic() + seconds, 0
    while pending := count():
        total = max(total, pending)
        tell("Dependent records", total - pending, total)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{pending} deletions were not finished after {seconds:.0f} s.")
        time.sleep(POLL_SECONDS)


def _delete_emails_and_tokens(terms: SearchTerms) -> None:
    """Delete what would expire: e-mails to or about the member, and one-time tokens."""
    hits = [hit for hit in erasure_scan.find_hits(terms) if not _is_tombstone(hit)]
    pks = {label: [_pk(hit) for hit in hits if _label(hit) == label] for label in STORES}
    delete_emails(_without_last_email(pks["mysocial.email"]))
    services.delete_tokens(pks["accounts.onetimetoken"])


def _without_last_email(email_ids: list[str]) -> list[str]:
    """Return the ids without that of the e-mail which confirms the erasure."""
    records = reads.get_records(emails, email_ids)
    return [pk for pk, email in records.items() if email.kind != ACCOUNT_ERASED]
