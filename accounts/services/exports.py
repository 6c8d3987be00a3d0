"""Data exports: requested in a write, created by a worker, and kept for a week."""

import logging
import math
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts import selectors
from accounts.events import ExportReady
from accounts.models import EXPORT_READY, Export
from accounts.services.passwords import require_password
from accounts.store import EXPORT_RETENTION_SECONDS, exports
from mysocial.core.errors import AlreadyExists, Conflict, NotFound, Unavailable
from mysocial.core.ids import now
from mysocial.core.progress import ProgressCallback
from mysocial.core.upload_spool import fsync
from mysocial.core.wakeup_names import EXPORTS
from mysocial.outbox import (
    QUEUED,
    process_due,
    queue_email,
    report_given_up,
    report_postponed,
)
from mysocial.policies import relationship_policy
from mysocial.privacy import Owner, write_archive
from mysocial.realtime import ephemeral
from mysocial.security_log import Kind, record_event
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write
from users.selectors import get_user, get_users
from users.services import require_user

logger = logging.getLogger(__name__)
MAX_TRIES = 5
READY = "ready"
# Fields that a new request replaces in the record of the previous export.
RESET_FIELDS = (
    "status", "due_at", "tries", "lost_claims", "file", "requested_at", "ready_at", "expires_at",
    "size",
)  # fmt: skip


def request_own_export(*, user_id: str, password: str) -> Export:
    """Request an export of the member's own data, which replaces the previous one.

    Raises:
        Invalid: The password is wrong.
        Conflict: An export is being created.
    """
    require_password(user_id, password)
    return request_export(user_id=user_id)


@retry_on_conflict
def request_export(*, user_id: str) -> Export:
    """Request an export of a member's data, which replaces the previous one.

    Raises:
        Conflict: An export is being created.
    """
    previous = reads.get_records(exports, [user_id]).get(user_id)
    if previous and previous.status == QUEUED:
        raise Conflict("Your export is already being created.")
    previous_file = previous.file if previous else ""
    export = Export(id=user_id, file=f"{secrets.token_hex(16)}.zip")
    with write(*STALE_ERRORS, AlreadyExists) as w:
        require_user(w, user_id)
        if previous:
            fields = {name: getattr(export, name) for name in RESET_FIELDS}
            w.update(previous, check_revision=True, **fields)
        else:
            w.create(export)
        record_event(w, Kind.EXPORT, account_id=user_id)
        w.wake_workers(EXPORTS)
        w.respond_with(export)
    if previous_file:
        delete_export_file(previous_file)
    return export


def make_exports(seconds: float = math.inf) -> int:
    """Create the requested exports for at most `seconds`; return how many became ready.

    Several workers may do this at once.
    """
    return process_due(exports, _create_export, seconds, give_up=_mark_failed)


def write_export(
    path: Path, *, user_id: str, tell: ProgressCallback = lambda *_: None
) -> dict[str, int]:
    """Write a member's export to a new file and return the number of records by section.

    No file remains after an error.

    Raises:
        NotFound: There is no such member.
        Unavailable: Redis or MongoDB cannot be reached.
        OSError: The file cannot be written.
    """
    owner = Owner(user_id, get_user(user_id).username, selectors.get_account(user_id).email)

    def usernames(ids: set[str]) -> dict[str, str]:
        users = get_users(ids)
        visible = relationship_policy().who_can_interact(user_id, set(users)) | {user_id}
        return {pk: user.username for pk, user in users.items() if pk in visible}

    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        counts = write_archive(partial, owner, names=usernames, report_progress=tell)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return counts


def remove_export(*, user_id: str) -> None:
    """Delete a member's export and its file, if there is one."""
    for export in reads.get_records(exports, [user_id]).values():
        with write() as w:
            w.delete(export, missing_ok=True)
        delete_export_file(export.file)


def delete_expired_exports() -> int:
    """Delete the files of exports after their week; return how many."""
    expired_before = time.time() - EXPORT_RETENTION_SECONDS
    expired = [path for path in _folder().iterdir() if path.stat().st_mtime < expired_before]
    for path in expired:
        path.unlink(missing_ok=True)
    return len(expired)


def delete_export_file(name: str) -> None:
    """Delete the file of an export, if it exists."""
    selectors.export_path(name).unlink(missing_ok=True)


def _create_export(claimed: Export) -> bool:
    """Create an export that this worker has claimed; return whether it is ready."""
    path = _folder() / claimed.file
    try:
        write_export(path, user_id=str(claimed.pk))
    except Unavailable:
        raise
    except NotFound:
        return False  # The member was erased, and the record with them.
    except Exception as error:
        reason = type(error).__name__
        logger.exception("Export %s: try %s: %s", claimed.pk, claimed.tries, reason)
        if claimed.tries >= MAX_TRIES:
            _mark_failed(claimed)
            report_given_up(claimed, reason)
        else:
            report_postponed(claimed, reason)
        return False
    fsync(path)
    return _mark_ready(claimed, path)


def _mark_failed(claimed: Export) -> None:
    try:
        _end_export(claimed, status="failed", due_at=now())
    except NotFound:
        pass  # The member was erased.


@retry_on_conflict
def _end_export(claimed: Export, **fields: Any) -> None:
    """Change a claimed export, whose claim may have been renewed since.

    Raises:
        NotFound: It was erased, or replaced by another one.
    """
    export = reads.get_record(exports, str(claimed.pk))
    if export.file != claimed.file or export.status != QUEUED:
        raise NotFound
    with write(Conflict) as w:
        w.update(export, check_revision=True, **fields)
        if fields["status"] == READY:
            until = fields["expires_at"].strftime("%d %B %Y, %H:%M UTC")
            queue_email(w, EXPORT_READY, recipient=str(claimed.pk), until=until)


def _mark_ready(claimed: Export, path: Path) -> bool:
    """Mark an export as ready and notify its owner; delete the file if nobody waits for it."""
    size, expires_at = path.stat().st_size, now() + timedelta(seconds=EXPORT_RETENTION_SECONDS)
    fields = {"status": READY, "ready_at": now(), "due_at": now(), "expires_at": expires_at}
    try:
        _end_export(claimed, size=size, **fields)
    except (Conflict, NotFound):
        delete_export_file(claimed.file)
        return False
    ephemeral.publish(ExportReady(str(claimed.pk), size))
    return True


def _folder() -> Path:
    folder = settings.MEDIA_DIR / selectors.EXPORT_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(folder)
