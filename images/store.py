"""What lives in Redis of media."""

from images.models import GALLERY_USES, DeadFile, Kind, Media, State, Use
from mysocial.outbox.items import OUTBOX
from mysocial.store.store import DAY, Index, Store

SHOWN = "shown"  # what is seen of it wherever it is
GALLERY = tuple(value for value, _ in GALLERY_USES)

media = Store(
    Media,
    parts={SHOWN: ("id", "kind", "state", "url", "width", "height"), "made": ("created_at",)},
    raw=("status", "owner_id", "use", "subject_id"),
    indexes=(
        OUTBOX,
        Index(
            "gallery",
            "owner_id",
            of="users.user",
            where={
                "use": GALLERY,
                "kind": (Kind.IMAGE.value,),
                "state": (State.PROCESSING.value, State.READY.value),
            },
        ),
        Index("owner", "owner_id", of="users.user"),
        Index("subject", "subject_id", where={"use": (Use.POST.value, Use.MESSAGE.value)}),
    ),
)
dead_files = Store(DeadFile, raw=("status",), indexes=(OUTBOX,), expires=("due_at", 7 * DAY))
