"""What of media is a member's own, the files included."""

from images import hosts
from images.models import Media, State
from images.store import dead_files, media
from mysocial.privacy.exports import File, Portion, export, leave_out, listed


def _file(one: Media) -> File | None:
    """Return the file of media that are ready."""
    if one.state != State.READY:
        return None
    return one.host_ref, lambda: hosts.host_of(one.host).open(one.host_ref, url=one.url or "")


export(
    Portion(
        media,
        "Images and videos",
        listed(media, "owner"),
        without=("status", "due_at", "tries", "host"),
        file=_file,
    )
)
leave_out(dead_files, "Names of files that are to be removed: of nobody any more.")
