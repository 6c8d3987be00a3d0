"""Erasing a member, and the proof that nothing of them is left but what must stay."""

import time
from collections import Counter
from collections.abc import Callable
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
TOMBSTONE, REMOVED, LAST_MAIL = "tombstones", "removals", "the last mail"
NEWS, WORDS, STAFF, ONLINE = "news of the end", "words of others", "the log of staff", "presence"
FILES = "names of removed files"
# Who writes: that others name somebody in what they say is theirs.
WRITINGS = ("posts.post", "posts.postversion", "comments.comment", "chat.message")


class ErasureReport(NamedTuple):
    """What of a member was found after the erasure."""

    records: int  # records that were theirs
    remaining: list[Hit]  # what must not be there
    retained: Counter[str]  # what must, by reason


def collect_search_terms(user_id: str, *, words: tuple[str, ...] = ()) -> SearchTerms:
    """Return what is to be looked for afterwards: every id of a member's own, name, address."""
    owner = Owner(user_id, get_user(user_id).username, selectors.get_account(user_id).email)
    ids, files = {user_id}, []
    for portion in SECTIONS.values():
        for one in portion.found(owner):
            ids.add(str(one.pk))
            files += [found[0]] if (found := portion.file(one)) else []
    # What has a natural id is found by the ids in it; those of others are not looked for.
    own = frozenset(pk for pk in ids if ":" not in pk)
    return SearchTerms(own, (owner.address, *files, *words), owner.name)


def erase_and_verify(
    sought: SearchTerms, user_id: str, *, seconds: float, tell: ProgressCallback
) -> ErasureReport:
    """Erase a member, wait for what goes with them, and look for what is left.

    `Unavailable`; `TimeoutError` when not all was gone within `seconds`: workers go on then.
    """
    before = erasure_scan.clock()
    services.erase_account(account_id=user_id)
    _wait(lambda: _pending_deletions(sought), seconds, tell)
    _delete_emails_and_tokens(sought)
    flush_all()
    erasure_scan.delete_hits(sought, before=before)
    found = list(erasure_scan.find_hits(sought, tell))
    reasons = [(one, retention_reason(one, before)) for one in found]
    left = [one for one, why in reasons if not why]
    return ErasureReport(len(sought.ids), left, Counter(why for _, why in reasons if why))


def flush_all() -> None:
    """Carry all debts to MongoDB."""
    for queue in dirty.queue_names():
        while flush.flush_queue(queue):
            pass


def retention_reason(trace: Hit, before: int) -> str:
    """Return why a trace must stay; empty when it must not. docs/operations.md has the list."""
    if trace.place == "log":
        is_of_others = WORDS if trace.term.startswith("@") else ""
        return NEWS if int(trace.key.partition("-")[0]) > before else is_of_others
    if trace.what == keys.EXPIRING:
        return NEWS
    label = _label(trace)
    if _is_tombstone(trace):
        return TOMBSTONE
    if label == "mysocial.cascadedeletion":
        return REMOVED
    if label == "images.deletedfile":
        return FILES
    if label == "mysocial.email":
        return "" if _without_last_email([_pk(trace)]) else LAST_MAIL
    if label in WRITINGS and trace.term.startswith("@"):
        return WORDS
    if trace.what == keys.ONLINE_MEMBERS:
        return ONLINE
    is_of_staff = trace.what == "django_admin_log" or label == "mysocial.auditentry"
    return STAFF if is_of_staff else ""


def _label(trace: Hit) -> str:
    """Return the label of the record in which something was found; empty for no record."""
    if trace.place == "redis":
        label = trace.what.partition(":")[0]
        return label if label in STORES else ""
    tables = {store.model._meta.db_table: label for label, store in STORES.items()}  # noqa: SLF001
    return tables.get(trace.what, "") if trace.place == "mongo" else ""


def _is_tombstone(trace: Hit) -> bool:
    """Tell whether a record was deleted, and nothing of it is there but its id."""
    if trace.place == "mongo":
        return set(trace.fields) == {"_id", "_version", "_deleted_at"}
    return keys.TOMBSTONE in trace.fields and set(trace.fields) <= {
        keys.VERSION,
        keys.TOMBSTONE,
        keys.REVISION,
    }


def _pending_deletions(sought: SearchTerms) -> int:
    """Do what is due of what goes with a member; return how much is owed by others still."""
    run_due_cascades()
    images.process_due_media()
    flush_all()
    return count_pending(sought.ids)


def _wait(owed: Callable[[], int], seconds: float, tell: ProgressCallback) -> None:
    until, most = time.monotonic() + seconds, 0
    while left := owed():
        most = max(most, left)
        tell("What goes with them", most - left, most)
        if time.monotonic() > until:
            raise TimeoutError(f"{left} removals are not done after {seconds:.0f} s.")
        time.sleep(POLL_SECONDS)


def _delete_emails_and_tokens(sought: SearchTerms) -> None:
    """Delete what expires by itself: mails to them and about them, and one-time tokens."""
    found = [one for one in erasure_scan.find_hits(sought) if not _is_tombstone(one)]
    by_label = {label: [_pk(one) for one in found if _label(one) == label] for label in STORES}
    delete_emails(_without_last_email(by_label["mysocial.email"]))
    services.delete_tokens(by_label["accounts.onetimetoken"])


def _pk(trace: Hit) -> str:
    return trace.key if trace.place == "mongo" else trace.what.partition(":")[2]


def _without_last_email(mail_ids: list[str]) -> list[str]:
    """Return which of some mails are others than the one that tells of the erasure."""
    return [
        pk
        for pk, mail in reads.get_records(emails, mail_ids).items()
        if mail.kind != ACCOUNT_ERASED
    ]
