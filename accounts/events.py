"""What is announced of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import COUNT, ID, Payload
from mysocial.core.events import AudienceContext, EphemeralEvent, Event, UserEvent
from mysocial.core.keys import session_topic
from mysocial.store import to_json


@dataclass(frozen=True)
class SessionEnded(Event):
    """A session ended. Its own sockets hear it and are closed; nobody else does."""

    type: ClassVar[str] = "session.ended"
    payload: ClassVar[Payload] = {"id": ID}
    session_id: str

    def topics(self) -> Iterable[str]:
        return [session_topic(self.session_id)]

    def data(self) -> list[Any]:
        return [to_json({"id": self.session_id})]

    @classmethod
    def audience(
        cls,
        context: AudienceContext,
        viewers: set[str],
    ) -> set[str]:
        return viewers


@dataclass(frozen=True)
class ExportReady(UserEvent, EphemeralEvent):
    """What a member asked for is there to be fetched. A mail tells them, too."""

    type: ClassVar[str] = "export.ready"
    payload: ClassVar[Payload] = {"size": COUNT}
    size: int

    def data(self) -> list[Any]:
        return [to_json({"size": self.size})]
