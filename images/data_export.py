"""Media in a member's data export, with their files."""

from images import hosts
from images.models import Media, State
from images.store import deleted_files
from images.store import media as media_store
from mysocial.privacy import ExportSection, exclude, listed, register
from mysocial.privacy.exports import File


def _file(media: Media) -> File | None:
    """Return the name and an opener of the file of media, or None if they are not ready."""
    if media.state != State.READY:
        return None
    host = hosts.get_host(media.host)
    return media.host_ref, lambda: host.open(media.host_ref, url=media.url or "")


register(
    ExportSection(
        media_store,
        "Images and videos",
        listed(media_store, "owner"),
        without=("status", "due_at", "tries", "lost_claims", "host", "sizes", "blurhash"),
        file=_file,
    )
)
exclude(deleted_files, "Names of files to remove, of no member any more.")
