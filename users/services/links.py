"""The links of a profile, and the checks whether their pages link to it with `rel=me`.

The member's `LinkCheck` is an outbox item: the write that changes the links makes it due, and after
each check it is due again in a week.
"""

import logging
import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings

from mysocial.core.errors import NotFound
from mysocial.core.ids import milliseconds, now
from mysocial.core.json import format_time
from mysocial.core.wakeup_names import LINK_CHECKS
from mysocial.fetch import FetchError, fetch, find_related_links
from mysocial.outbox import process_due
from mysocial.store import STALE_ERRORS, Write, reads, retry_on_conflict, write
from users.events import UserUpdated
from users.models import LinkCheck
from users.profile_texts import MAX_LINKS
from users.store import link_checks, users

logger = logging.getLogger(__name__)
Links = list[dict[str, Any]]
CHECK_AGAIN_DAYS = 7
TRY_AGAIN_HOURS = 24  # after a site did not respond
# A verified link whose site does not respond keeps its mark for so long.
MAX_UNREACHABLE_DAYS = 14


class Finding(Enum):
    """What a check found on a page."""

    LINKS_BACK = "links back"
    DOES_NOT = "does not link back"
    UNKNOWN = "the site did not respond"


# Changes of the links ----------------------------------------------------------------------------


def merge_links(stored: Links, given: Iterable[dict[str, str]]) -> Links:
    """Return links as they are stored: a URL that stays keeps its mark."""
    marks = {link["url"]: link["verified_at"] for link in stored}
    return [
        {"label": link["label"], "url": link["url"], "verified_at": marks.get(link["url"])}
        for link in given
    ]


def have_unverified(links: Links) -> bool:
    """Return whether one of the links is not verified."""
    return any(link["verified_at"] is None for link in links)


def queue_link_check(w: Write, user_id: str, links: Links) -> None:
    """Make the check of a member's links due in the write that changes them; without links, end it.

    The write raises a `Conflict` if another request queues it at the same time.
    """
    queued = reads.get_records(link_checks, [user_id]).get(user_id)
    if not links:
        if queued:
            w.delete(queued, missing_ok=True)
        return
    if queued:
        w.update(queued, check_revision=True, due_at=now(), tries=0, lost_claims=0)
    else:
        w.create(LinkCheck(id=user_id))
    w.wake_workers(LINK_CHECKS)


# Checks ------------------------------------------------------------------------------------------


def check_due_links(seconds: float = math.inf) -> int:
    """Check the links of members that are due, for at most `seconds`; return of how many members.

    Safe to run concurrently.
    """
    return process_due(link_checks, _check, seconds, give_up=_postpone)


def _check(claimed: LinkCheck) -> bool:
    user = reads.get_records(users, [claimed.pk]).get(claimed.pk)
    urls = [link["url"] for link in user.links] if user else []
    with ThreadPoolExecutor(MAX_LINKS) as pool:
        results = pool.map(lambda url: _look_at(url, claimed.pk), urls)
        findings = dict(zip(urls, results, strict=True))
    try:
        _store_findings(claimed.pk, findings)
    except NotFound:
        pass  # The member was erased meanwhile; a cascade deletes the check.
    return True


def _postpone(claimed: LinkCheck) -> None:
    """Check links later whose checks have ended several workers."""
    with write() as w:
        w.update(claimed, lost_claims=0, due_at=now() + timedelta(days=CHECK_AGAIN_DAYS))


def _look_at(url: str, user_id: str) -> Finding:
    try:
        page = fetch(url)
    except FetchError as error:
        logger.info("A link of %s was not read: %s", user_id, error)
        return Finding.UNKNOWN if error.is_temporary else Finding.DOES_NOT
    accepted = profile_urls(user_id)
    links_back = any(
        "me" in link.rel and link.href.lower().rstrip("/") in accepted
        for link in find_related_links(page.body.decode("utf-8", "replace"))
    )
    return Finding.LINKS_BACK if links_back else Finding.DOES_NOT


def profile_urls(user_id: str) -> set[str]:
    """Return the URLs that lead to a member's profile, in lower case, without a slash at the end.

    They have the id, not the username: another member could have the name later.
    """
    sites = {settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS}
    hosts = {site.lower().partition("://")[2] for site in sites}
    paths = (f"people/{user_id}", f"#/people/{user_id}")
    return {
        f"{scheme}://{host}/{path}" for scheme in ("https", "http") for host in hosts
        for path in paths
    }  # fmt: skip


@retry_on_conflict
def _store_findings(user_id: str, findings: dict[str, Finding]) -> None:
    user = reads.get_record(users, user_id)
    check = reads.get_record(link_checks, user_id)
    confirmed_ms = _confirmed_ms(check, findings)
    links = [_marked(link, findings, confirmed_ms) for link in user.links]
    with write(*STALE_ERRORS) as w:
        w.update(
            check,
            check_revision=True,
            due_at=now() + _pause(user.links, findings),
            tries=0,
            lost_claims=0,
            confirmed_ms=confirmed_ms,
        )
        if links != user.links:
            w.update(user, check_revision=True, links=links)
            w.announce(UserUpdated(user_id))


def _confirmed_ms(check: LinkCheck, findings: dict[str, Finding]) -> dict[str, int]:
    """Return when each page was last seen to link back."""
    new = {url: milliseconds(now()) for url, finding in findings.items()
           if finding == Finding.LINKS_BACK}  # fmt: skip
    return {url: ms for url, ms in (check.confirmed_ms | new).items() if url in findings}


def _marked(
    link: dict[str, Any], findings: dict[str, Finding], confirmed_ms: dict[str, int]
) -> dict[str, Any]:
    """Return a link with its mark, as a check has found it."""
    finding = findings.get(link["url"])
    if finding == Finding.LINKS_BACK:
        return {**link, "verified_at": link["verified_at"] or format_time(now())}
    oldest_ms = milliseconds(now() - timedelta(days=MAX_UNREACHABLE_DAYS))
    is_kept = finding is None or (
        finding == Finding.UNKNOWN and confirmed_ms.get(link["url"], 0) > oldest_ms
    )
    return link if is_kept else {**link, "verified_at": None}


def _pause(links: Links, findings: dict[str, Finding]) -> timedelta:
    """Return after what time links are to be checked again; at once if they were changed since."""
    if any(link["url"] not in findings for link in links):
        return timedelta()
    if Finding.UNKNOWN in findings.values():
        return timedelta(hours=TRY_AGAIN_HOURS)
    return timedelta(days=CHECK_AGAIN_DAYS)
