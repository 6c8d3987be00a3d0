"""The WebSocket protocol: the commands of clients and the replies to them.

An unknown type or field is an error that names it.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from mysocial.core.errors import Invalid
from mysocial.core.topics import (
    FEED_TOPIC,
    HOME_TOPIC,
    POST_TOPIC_PREFIX,
    PRESENCE_TOPIC,
    USER_TOPIC_PREFIX,
)

MAX_TOPICS = 100
MAX_CID_LENGTH = 64
# Close codes of the application: too many invalid frames; not authenticated, or no longer; another
# origin; reconnect and resume; too many frames; too many connections.
BAD_FRAMES, SIGNED_OUT, BAD_ORIGIN, RESUME, TOO_FAST = 4400, 4401, 4403, 4408, 4429
TOO_MANY_CONNECTIONS = 4430
CLOSE_REASONS = {
    BAD_FRAMES: "too many invalid messages",
    SIGNED_OUT: "not authenticated, or the session has ended",
    BAD_ORIGIN: "the origin is not allowed",
    RESUME: "connect again and resume",
    TOO_FAST: "too many messages",
    TOO_MANY_CONNECTIONS: "too many connections of the member or of the network",
}
_ALL_TOPICS = f"{FEED_TOPIC}|{HOME_TOPIC}|{PRESENCE_TOPIC}"
_ID_TOPICS = f"{POST_TOPIC_PREFIX}|{USER_TOPIC_PREFIX}"
Topic = Annotated[str, Field(pattern=rf"^({_ALL_TOPICS}|({_ID_TOPICS})[0-9a-f]{{24}})$")]


class CommandMessage(BaseModel):
    """A command. Its reply repeats the `cid`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cid: str = Field(max_length=MAX_CID_LENGTH)


class Auth(CommandMessage):
    """Authenticate with an access token within 5 seconds of connecting."""

    type: Literal["auth"]
    token: str = Field(max_length=4096)


class TopicsCommand(CommandMessage):
    """A command about one topic, or about several at once."""

    topic: Topic | None = Field(default=None, description="One topic. Or give `topics`.")
    topics: list[Topic] | None = Field(
        default=None,
        max_length=MAX_TOPICS,
        validate_default=True,
        description="Several topics: all of them or, after an error, none.",
    )

    @field_validator("topics")
    @classmethod
    def require_one_of_both(
        cls, topics: list[str] | None, info: ValidationInfo
    ) -> list[str] | None:
        """Require `topic` or `topics`. An invalid `topic` has an error of its own."""
        if "topic" in info.data and (info.data["topic"] is None) == (topics is None):
            raise PydanticCustomError("one_of", "Give either `topic` or `topics`.")
        return topics

    @property
    def all_topics(self) -> list[str]:
        """The topics of the command."""
        return self.topics or ([self.topic] if self.topic else [])


class Subscribe(TopicsCommand):
    """Subscribe to the events of topics that you may see.

    With `replace`, the connection leaves all other topics, except those of your own account. With
    `cursor`, the reply names the new topics with events after it, of which you may see at least
    one: what you read at this cursor is out of date.
    """

    type: Literal["subscribe"]
    replace: bool = False
    cursor: str | None = Field(default=None, max_length=40)


class Resume(CommandMessage):
    """Receive the events since `cursor` that you missed, then live events.

    Send this as the first command of a new connection. It subscribes to `topics`; your own events
    need no topic.
    """

    type: Literal["resume"]
    cursor: str = Field(max_length=40)
    topics: list[Topic] = Field(default=[], max_length=MAX_TOPICS)


class Unsubscribe(TopicsCommand):
    """Unsubscribe from topics."""

    type: Literal["unsubscribe"]


class Ping(CommandMessage):
    """Check that the connection is alive."""

    type: Literal["ping"]


class Typing(CommandMessage):
    """Tell a member that you started or stopped typing a message to them."""

    type: Literal["typing"]
    to: str = Field(pattern=r"^[0-9a-f]{24}$")
    on: bool


Command = Auth | Subscribe | Unsubscribe | Resume | Ping | Typing
COMMANDS = (Auth, Subscribe, Unsubscribe, Resume, Ping, Typing)


class Reply(BaseModel):
    """A reply. It repeats the `cid` of its command."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    type: str
    cid: str


class Ok(Reply):
    """The command succeeded."""

    type: Literal["ok"] = "ok"


class Subscribed(Ok):
    """You have subscribed. Read again what the `changed` topics are about."""

    changed: list[str]


class SignedIn(Ok):
    """You are authenticated. `cid` is empty if the token was sent in `Sec-WebSocket-Protocol`."""

    user_id: str


class Recovered(Ok):
    """All events that you missed follow, then `live`."""

    recovered: Literal[True] = True


class NotRecovered(Ok):
    """The events that you missed are lost: reload the state. `live` follows."""

    recovered: Literal[False] = False
    reason: Literal["epoch_changed", "too_old"]


class Live(Reply):
    """All events up to `cursor` were sent; live events follow."""

    type: Literal["live"] = "live"
    cursor: str


class SocketFieldProblem(BaseModel):
    """The error of one field."""

    field: str
    detail: str


class SocketProblem(BaseModel):
    """Why the command failed; the codes are those of the REST API."""

    status: int
    code: str
    detail: str
    errors: list[SocketFieldProblem]


class ErrorReply(Reply):
    """The command failed."""

    type: Literal["error"] = "error"
    problem: SocketProblem


REPLIES = (Ok, Subscribed, SignedIn, Recovered, NotRecovered, Live, ErrorReply)
REPLIES_BY_COMMAND: dict[type[CommandMessage], tuple[type[Reply], ...]] = {
    Auth: (SignedIn,),
    Subscribe: (Ok, Subscribed),
    Resume: (Recovered, NotRecovered, Live),
}  # `Ok` for the others
_topics: TypeAdapter[list[str]] = TypeAdapter(list[Topic])
_commands: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def parse_topics(texts: Iterable[str]) -> list[str]:
    """Return the topics of a query string, of which each value is a list separated by commas.

    Raises:
        Invalid: There are too many, or one of them is not a topic.
    """
    names = [name for text in texts for name in text.split(",") if name]
    if len(names) > MAX_TOPICS:
        raise Invalid(errors={"topics": f"At most {MAX_TOPICS} topics."})
    try:
        return _topics.validate_python(names)
    except ValidationError:
        raise Invalid(errors={"topics": "Invalid topic."}) from None


def parse_command(text: str) -> Command:
    """Return the command in a frame.

    Raises:
        Invalid: The frame is not a valid command; `errors` names each field.
    """
    try:
        return _commands.validate_json(text)
    except ValidationError as error:
        problems = {
            ".".join(map(str, detail["loc"][1:])) or "type": detail["msg"]
            for detail in error.errors(
                include_input=False, include_url=False, include_context=False
            )
        }
        raise Invalid("Invalid frame.", errors=problems) from None


def read_cid(text: str | None) -> str:
    """Return the `cid` of a message, which may be any text; empty if it has none."""
    try:
        frame = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return ""
    cid = frame.get("cid") if isinstance(frame, dict) else None
    return cid[:MAX_CID_LENGTH] if isinstance(cid, str) else ""
