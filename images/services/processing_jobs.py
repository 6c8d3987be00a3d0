"""Jobs of workers: process media, store and remove files. Each step can be repeated."""

import io
import logging
import math
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from images import hosts
from images.content import CONTENT_TYPES
from images.hosts import SizeFile
from images.models import DeletedFile, Media, State
from images.processing.client import process_file
from images.processing.limits import InvalidMedia, ProcessedMedia
from images.services.media import HANDLERS
from images.store import deleted_files
from images.store import media as media_store
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.ids import is_id, now
from mysocial.core.upload_spool import delete_spooled, open_spooled, stale_spooled
from mysocial.outbox import QUEUED, process_due, report_given_up, report_postponed
from mysocial.store import STALE_ERRORS, reads, retry_on_conflict, write

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
DONE = "done"
NOT_PROCESSED = "This file could not be processed."
NOT_STORED = "This file could not be stored. Please try again later."
FAILED = {"state": State.FAILED.value}


def process_due_media(seconds: float = math.inf) -> int:
    """Process uploads and remove deleted files for at most `seconds` each.

    Several workers may run this at the same time.

    Returns:
        How many were processed or removed.
    """
    return process_due(media_store, _process, seconds, give_up=_give_up) + process_due(
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
    """Process one upload. Return whether it is done, also if it has failed for good."""
    try:
        changes = _process_and_store(claimed)
    except Unavailable:
        raise
    except InvalidMedia as error:
        logger.info("Media %s can't be processed: %s", claimed.id, error)
        report_given_up(claimed, str(error))
        changes = {**FAILED, "error": str(error)}
    except Exception as error:  # noqa: BLE001 - a failing host must not stop the other media
        logger.warning("Media %s: attempt %s: %s", claimed.id, claimed.tries, type(error).__name__)
        if claimed.tries < MAX_ATTEMPTS:
            report_postponed(claimed, type(error).__name__)
            return False
        report_given_up(claimed, type(error).__name__)
        changes = {**FAILED, "error": NOT_STORED}
    _finish(claimed, changes)
    return True


def _give_up(claimed: Media) -> None:
    """Mark media as failed that no worker could process without dying."""
    logger.error("Media %s are given up: their workers have died", claimed.id)
    _finish(claimed, {**FAILED, "error": NOT_PROCESSED})


def _finish(claimed: Media, changes: dict[str, Any]) -> None:
    """Mark media as done and delete the upload."""
    try:
        _mark_done(claimed.id, changes)
    except NotFound:
        # Deleted during the processing, so nothing shows the file that was just stored.
        hosts.get_host(changes.get("host", "")).remove(claimed.host_ref, kind=claimed.kind)
    delete_spooled(claimed.id)


def _process_and_store(claimed: Media) -> dict[str, Any]:
    """Process a spooled file and store it at the host; return the changed fields of the media."""
    with (
        open_spooled(claimed.id) as upload,
        tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as output,
    ):
        processed = process_file(claimed.content_type, upload, output)
        sizes = _take_sizes(output, processed)
        file = output if processed.main_bytes else upload
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        host = hosts.current_host()
        ref = _name_of_result(claimed.host_ref, processed.extension)
        addresses = host.put(ref, file, kind=claimed.kind, sizes=sizes)
    return {
        "state": State.READY.value,
        "url": addresses.url,
        "host": host.name,
        "host_ref": ref,
        "content_type": CONTENT_TYPES[Path(ref).suffix],
        "size": size,
        "width": processed.width,
        "height": processed.height,
        "duration": processed.seconds,
        "blurhash": processed.placeholder,
        "sizes": {
            size.name: {
                "url": addresses.sizes[size.name],
                "width": size.width,
                "height": size.height,
            }
            for size in sizes
            if size.name in addresses.sizes
        },
    }


def _take_sizes(output: IO[bytes], processed: ProcessedMedia) -> list[SizeFile]:
    """Return the sizes that follow the file in the output, and remove them from it."""
    output.seek(processed.main_bytes)
    is_moving = processed.seconds is not None
    sizes = [
        SizeFile(size.name, size.width, size.height, output.read(size.bytes), is_moving)
        for size in processed.sizes
    ]
    output.truncate(processed.main_bytes)
    return sizes


def _name_of_result(ref: str, extension: str) -> str:
    """Return the name of the processed file, which differs if its format does."""
    return f"{Path(ref).stem}.{extension}" if extension else ref


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
        report_postponed(claimed, type(error).__name__)
        return False
    with write() as w:
        w.update(claimed, status=DONE, due_at=now())
    return True
