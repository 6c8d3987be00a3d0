"""What of media is a member's own, the files included."""

from images import hosts
from images.models import Media, State
from images.store import deleted_files, media
from mysocial.privacy import ExportSection, exclude, listed, register
from mysocial.privacy.exports import File


def _file(one: Media) -> File | None:
    """Return the file of media that are ready."""
    if one.state != State.READY:
        return None
    return one.host_ref, lambda: hosts.get_host(one.host).open(one.host_ref, url=one.url or "")


register(
    ExportSection(
        media,
        "Images and videos",
        listed(media, "owner"),
        without=("status", "due_at", "tries", "host"),
        file=_file,
    )
)
exclude(deleted_files, "Names of files that are to be removed: of nobody any more.")
