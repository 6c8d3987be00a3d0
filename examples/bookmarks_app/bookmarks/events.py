"""Events of bookmarks, for the other devices of the member."""

from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import ID, Payload
from mysocial.core.events import UserEvent
from mysocial.store import to_json


@dataclass(frozen=True)
class BookmarkAdded(UserEvent):
    """You bookmarked a post."""

    type: ClassVar[str] = "bookmark.added"
    payload: ClassVar[Payload] = {"post_id": ID}
    post_id: str

    def data(self) -> list[Any]:
        return [to_json({"post_id": self.post_id})]


@dataclass(frozen=True)
class BookmarkRemoved(BookmarkAdded):
    """You removed a bookmark, or its post was deleted."""

    type: ClassVar[str] = "bookmark.removed"
