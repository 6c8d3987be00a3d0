"""Giving a member what is stored of them: asked for in a write, made by a worker, then kept."""

import logging
import math
import secrets
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from accounts import selectors
from accounts.events import ExportReady
from accounts.models import EXPORT_READY, Export
from accounts.store import EXPORT_RETENTION_SECONDS, exports
from mysocial.core.errors import AlreadyExists, Conflict, NotFound, Unavailable
from mysocial.core.ids import now
from mysocial.core.progress import ProgressCallback
from mysocial.core.upload_spool import fsync
from mysocial.outbox import QUEUED, process_due, queue_email
from mysocial.policies import relationship_policy
from mysocial.privacy import Owner, write_archive
from mysocial.realtime import ephemeral
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write
from mysocial.store.wakeups import EXPORTS
from users.selectors import get_user, get_users
from users.services import require_user

logger = logging.getLogger(__name__)
MAX_TRIES = 5
# What of an export begins anew when its owner asks again.
RESET_FIELDS = (
    "status",
    "due_at",
    "tries",
    "file",
    "requested_at",
    "ready_at",
    "expires_at",
    "size",
)


def request_export(*, user_id: str) -> Export:
    """Ask for an export of one's own, in the place of the one before.

    `Conflict` while one is being made.
    """
    return run_with_retry(lambda: _request(user_id))


def make_exports(seconds: float = math.inf) -> int:
    """Make what was asked for; return how many are ready then. Safe side by side."""
    return process_due(exports, _make, seconds)


def write_export(
    path: Path, *, user_id: str, tell: ProgressCallback = lambda *_: None
) -> dict[str, int]:
    """Write a member's export to a new file; return how many records of each kind are in it.

    `NotFound`; `Unavailable`; `OSError`. Of one that fails no file is left.
    """
    owner = Owner(user_id, get_user(user_id).username, selectors.get_account(user_id).email)

    def names(ids: set[str]) -> dict[str, str]:
        known = get_users(ids)
        met = relationship_policy().who_can_interact(user_id, set(known)) | {user_id}
        return {pk: user.username for pk, user in known.items() if pk in met}

    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        counts = write_archive(part, owner, names=names, tell=tell)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return counts


def remove_export(*, user_id: str) -> None:
    """Remove a member's export and its file; none is fine."""
    found = reads.get_records(exports, [user_id])
    for one in found.values():
        with write() as w:
            w.delete(one, missing_ok=True)
        delete_export_file(one.file)


def delete_expired_exports() -> int:
    """Remove files that were kept for a week; return how many."""
    before = time.time() - EXPORT_RETENTION_SECONDS
    old = [one for one in _folder().iterdir() if one.stat().st_mtime < before]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def delete_export_file(name: str) -> None:
    """Remove a file; none is fine."""
    selectors.export_path(name).unlink(missing_ok=True)


def _request(user_id: str) -> Export:
    one = reads.get_records(exports, [user_id]).get(user_id)
    if one and one.status == QUEUED:
        raise Conflict("An export is being made.")
    before = one.file if one else ""
    new = Export(id=user_id, file=f"{secrets.token_hex(16)}.zip")
    with write(*STALE_ERRORS, AlreadyExists) as w:
        require_user(w, user_id)
        if one:
            w.update(
                one, check_revision=True, **{name: getattr(new, name) for name in RESET_FIELDS}
            )
        else:
            w.create(new)
        w.wake_workers(EXPORTS)
        w.respond_with(new)
    if before:
        delete_export_file(before)
    return new


def _make(claimed: Export) -> bool:
    path = _folder() / claimed.file
    try:
        write_export(path, user_id=str(claimed.pk))
    except Unavailable:
        raise
    except NotFound:
        return False  # erased meanwhile, and the record with it
    except Exception as error:
        logger.exception("Export %s: try %s: %s", claimed.pk, claimed.tries, type(error).__name__)
        if claimed.tries >= MAX_TRIES:
            with write(*STALE_ERRORS) as w:
                w.update(claimed, check_revision=True, status="failed", due_at=now())
        return False
    fsync(path)
    return _settle(claimed, path)


def _settle(claimed: Export, path: Path) -> bool:
    """Say that it is ready, and tell its owner; of one that nobody waits for no file is left."""
    size, expires_at = path.stat().st_size, now() + timedelta(seconds=EXPORT_RETENTION_SECONDS)
    ready = {"status": "ready", "ready_at": now(), "due_at": now(), "expires_at": expires_at}
    try:
        with write() as w:
            w.update(claimed, check_revision=True, size=size, **ready)
            until = expires_at.strftime("%d %B %Y, %H:%M UTC")
            queue_email(w, EXPORT_READY, recipient=str(claimed.pk), until=until)
    except (Conflict, NotFound):
        delete_export_file(claimed.file)
        return False
    ephemeral.publish(ExportReady(str(claimed.pk), size))
    return True


def _folder() -> Path:
    folder = settings.MEDIA_DIR / selectors.EXPORT_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(folder)
