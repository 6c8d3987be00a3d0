"""Jobs of workers: process media, store and remove files. Each step can be repeated."""

import io
import logging
import math
from typing import IO, Any

from images import hosts
from images.models import DeletedFile, Kind, Media, State
from images.processing import InvalidMedia, ProcessedMedia, process_image, strip_video_metadata
from images.services.media import HANDLERS
from images.store import deleted_files
from images.store import media as media_store
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.ids import is_id, now
from mysocial.core.upload_spool import delete_spooled, open_spooled, stale_spooled
from mysocial.outbox import QUEUED, process_due
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
DONE = "done"
FAILED = {"state": State.FAILED.value}


def process_due_media(seconds: float = math.inf) -> int:
    """Process uploads and remove deleted files for at most `seconds` each.

    Several workers may run this at the same time.

    Returns:
        How many were processed or removed.
    """
    return process_due(media_store, _process, seconds) + process_due(
        deleted_files, _remove_file, seconds
    )


def delete_stale_uploads() -> int:
    """Delete spooled files older than a day that no media wait for; return how many."""
    names = stale_spooled()
    waiting = reads.get_records(media_store, [name for name in names if is_id(name)])
    stale = [name for name in names if name not in waiting or waiting[name].status != QUEUED]
    for name in stale:
        delete_spooled(name)
    return len(stale)


def _process(claimed: Media) -> bool:
    """Process one upload; return False to try again later."""
    try:
        changes = _process_and_store(claimed)
    except Unavailable:
        raise
    except InvalidMedia as error:
        logger.info("Media %s can't be processed: %s", claimed.id, error)
        changes = FAILED
    except Exception as error:  # noqa: BLE001 - a failing host must not stop the other media
        logger.warning("Media %s: attempt %s: %s", claimed.id, claimed.tries, type(error).__name__)
        if claimed.tries < MAX_ATTEMPTS:
            return False
        changes = FAILED
    try:
        _mark_done(claimed.id, changes)
    except NotFound:
        # Deleted during the processing, so nothing shows the file that was just stored.
        hosts.get_host(changes.get("host", "")).remove(claimed.host_ref, kind=claimed.kind)
    delete_spooled(claimed.id)
    return True


def _process_and_store(claimed: Media) -> dict[str, Any]:
    """Process a spooled file and store it at the host; return the changed fields of the media."""
    with open_spooled(claimed.id) as file:
        processed = _process_file(claimed, file)
        size = processed.file.seek(0, io.SEEK_END)
        processed.file.seek(0)
        host = hosts.current_host()
        url = host.put(claimed.host_ref, processed.file, kind=claimed.kind)
    return {
        "state": State.READY.value,
        "url": url,
        "host": host.name,
        "size": size,
        "width": processed.width,
        "height": processed.height,
    }


def _process_file(claimed: Media, file: IO[bytes]) -> ProcessedMedia:
    if claimed.kind == Kind.IMAGE:
        return process_image(file)
    is_mp4 = claimed.content_type == "video/mp4"
    return strip_video_metadata(file) if is_mp4 else ProcessedMedia(file)


@retry_on_conflict
def _mark_done(pk: str, changes: dict[str, Any]) -> None:
    media = reads.get_record(media_store, pk)
    if media.status != QUEUED:
        return  # Another worker has processed it as well.
    with write(*STALE_ERRORS) as w:
        w.update(media, check_revision=True, status=DONE, **changes)
        HANDLERS[media.purpose].on_processed(w, media)


def _remove_file(claimed: DeletedFile) -> bool:
    """Remove one file from its host; return False to try again later, without a limit."""
    try:
        hosts.get_host(claimed.host).remove(claimed.host_ref, kind=claimed.kind)
    except Exception as error:  # noqa: BLE001 - a failing host must not stop the other files
        logger.warning("File %s: attempt %s: %s", claimed.id, claimed.tries, type(error).__name__)
        return False
    with write() as w:
        w.update(claimed, status=DONE, due_at=now())
    return True
