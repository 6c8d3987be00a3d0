"""What workers do with media: process, hand over, remove. Each step may be repeated."""

import io
import logging
import math
from typing import Any

from images import hosts
from images.models import DeletedFile, Kind, Media, State
from images.processing import InvalidMedia, ProcessedMedia, process_image, strip_video_metadata
from images.services.media import HANDLERS
from images.store import deleted_files, media
from mysocial.core.errors import NotFound, Unavailable
from mysocial.core.ids import is_id, now
from mysocial.core.upload_spool import delete_spooled, open_spooled, stale_spooled
from mysocial.outbox import QUEUED, process_due
from mysocial.store import STALE_ERRORS, reads, run_with_retry, write

logger = logging.getLogger(__name__)
MOST_TRIES = 8
DONE = "done"


def process_due_media(seconds: float = math.inf) -> int:
    """Process what was brought and remove what is to go; return how many. Safe side by side."""
    return process_due(media, _process, seconds) + process_due(deleted_files, _remove, seconds)


def delete_stale_uploads() -> int:
    """Remove kept files of more than a day that no media wait for; return how many."""
    names = stale_spooled()
    wanted = reads.get_records(media, [name for name in names if is_id(name)])
    gone = [name for name in names if name not in wanted or wanted[name].status != QUEUED]
    for name in gone:
        delete_spooled(name)
    return len(gone)


def _process(claimed: Media) -> bool:
    try:
        found = _hand_over(claimed)
    except Unavailable:
        raise
    except InvalidMedia as error:
        logger.info("Media %s can't be shown: %s", claimed.id, error)
        found = {"state": State.FAILED.value}
    except Exception as error:  # noqa: BLE001 - a host that is away must not stop the others
        logger.warning("Media %s: try %s: %s", claimed.id, claimed.tries, type(error).__name__)
        if claimed.tries < MOST_TRIES:
            return False
        found = {"state": State.FAILED.value}
    try:
        run_with_retry(lambda: _settle(claimed.id, found))
    except NotFound:
        # Deleted under our hands: what was handed over since is shown nowhere.
        hosts.get_host(found.get("host", "")).remove(claimed.host_ref, kind=claimed.kind)
    delete_spooled(claimed.id)
    return True


def _hand_over(claimed: Media) -> dict[str, Any]:
    """Process a file and give it to the host; return what is known of it then."""
    with open_spooled(claimed.id) as file:
        made = _make(claimed, file)
        size = made.file.seek(0, io.SEEK_END)
        made.file.seek(0)
        host = hosts.current_host()
        url = host.put(claimed.host_ref, made.file, kind=claimed.kind)
    return {
        "state": State.READY.value,
        "url": url,
        "host": host.name,
        "size": size,
        "width": made.width,
        "height": made.height,
    }


def _make(claimed: Media, file: Any) -> ProcessedMedia:
    if claimed.kind == Kind.IMAGE:
        return process_image(file)
    return (
        strip_video_metadata(file) if claimed.content_type == "video/mp4" else ProcessedMedia(file)
    )


def _settle(pk: str, found: dict[str, Any]) -> None:
    one = reads.get_record(media, pk)
    if one.status != QUEUED:
        return  # another worker was as far
    with write(*STALE_ERRORS) as w:
        w.update(one, check_revision=True, status=DONE, **found)
        HANDLERS[one.purpose].on_processed(w, one)


def _remove(claimed: DeletedFile) -> bool:
    try:
        hosts.get_host(claimed.host).remove(claimed.host_ref, kind=claimed.kind)
    except Exception as error:  # noqa: BLE001 - due again later, without end: a file must go
        logger.warning("File %s: try %s: %s", claimed.id, claimed.tries, type(error).__name__)
        return False
    with write() as w:
        w.update(claimed, status=DONE, due_at=now())
    return True
