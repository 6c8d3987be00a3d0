"""Events of accounts: ended sessions and finished exports."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from mysocial.core.event_schemas import COUNT, ID, Payload
from mysocial.core.events import AudienceContext, EphemeralEvent, Event, UserEvent
from mysocial.core.topics import session_topic
from mysocial.store import to_json


@dataclass(frozen=True)
class SessionEnded(Event):
    """Your session ended. Sent to the connections of this session only, which are then closed."""

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
    """The data export that you requested is ready to download. An e-mail is sent as well."""

    type: ClassVar[str] = "export.ready"
    payload: ClassVar[Payload] = {"size": COUNT}
    size: int

    def data(self) -> list[Any]:
        return [to_json({"size": self.size})]
