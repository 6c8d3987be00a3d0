"""Store declarations of media."""

from images.models import GALLERY_PURPOSES, DeletedFile, Kind, Media, Purpose, State
from mysocial.outbox import OUTBOX
from mysocial.store import DAY_SECONDS, Index, Store

CARD = "card"  # The fragment that is shown with every record that has media.
GALLERY = tuple(value for value, _ in GALLERY_PURPOSES)

media = Store(
    Media,
    fragments={
        CARD: (
            "id",
            "kind",
            "state",
            "error",
            "url",
            "width",
            "height",
            "duration",
            "blurhash",
            "sizes",
        ),
        "created": ("created_at",),
    },
    plain_fields=("status", "owner_id", "purpose", "subject_id", "former_audience"),
    indexes=(
        OUTBOX,
        Index(
            "gallery",
            "owner_id",
            parent_label="users.user",
            where={
                "purpose": GALLERY,
                "kind": (Kind.IMAGE.value,),
                "state": (State.PROCESSING.value, State.READY.value),
            },
        ),
        Index("owner", "owner_id", parent_label="users.user"),
        Index(
            "subject", "subject_id", where={"purpose": (Purpose.POST.value, Purpose.MESSAGE.value)}
        ),
    ),
)
deleted_files = Store(
    DeletedFile,
    plain_fields=("status",),
    indexes=(OUTBOX,),
    expires_after=("due_at", 7 * DAY_SECONDS),
)
