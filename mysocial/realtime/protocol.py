"""What a client may send over the WebSocket, and what it is answered.

Unknown types and fields are refused by name.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from mysocial.core import keys
from mysocial.core.errors import Invalid

MAX_TOPICS = 100
MAX_CID_LENGTH = 64
# Close codes of ours: bad frames, not or no longer signed in, a foreign origin, connect again and
# resume, too many frames.
BAD_FRAMES, SIGNED_OUT, BAD_ORIGIN, RESUME, TOO_FAST = 4400, 4401, 4403, 4408, 4429
_ALL_TOPICS = f"{keys.FEED_TOPIC}|{keys.HOME_TOPIC}|{keys.PRESENCE_TOPIC}"
_ID_TOPICS = f"{keys.POST_TOPIC_PREFIX}|{keys.USER_TOPIC_PREFIX}"
Topic = Annotated[str, Field(pattern=rf"^({_ALL_TOPICS}|({_ID_TOPICS})[0-9a-f]{{24}})$")]


class CommandMessage(BaseModel):
    """What every command carries: `cid`, which its answer repeats."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cid: str = Field(max_length=MAX_CID_LENGTH)


class Auth(CommandMessage):
    """Authenticate with an access token, within five seconds of connecting."""

    type: Literal["auth"]
    token: str = Field(max_length=4096)


class Subscribe(CommandMessage):
    """Hear the events of a topic from now on, as far as you may see them."""

    type: Literal["subscribe"]
    topic: Topic


class Resume(CommandMessage):
    """Hear what was missed since `cursor`, then what comes, of one's own and of `topics`.

    The first command on a new connection.
    """

    type: Literal["resume"]
    cursor: str = Field(max_length=40)
    topics: list[Topic] = Field(default=[], max_length=MAX_TOPICS)


class Unsubscribe(CommandMessage):
    """Hear a topic no longer."""

    type: Literal["unsubscribe"]
    topic: Topic


class Ping(CommandMessage):
    """Ask for a sign of life."""

    type: Literal["ping"]


class Typing(CommandMessage):
    """Tell a member that one begins, or stops, to write to them."""

    type: Literal["typing"]
    to: str = Field(pattern=r"^[0-9a-f]{24}$")
    on: bool


Command = Auth | Subscribe | Unsubscribe | Resume | Ping | Typing
COMMANDS = (Auth, Subscribe, Unsubscribe, Resume, Ping, Typing)


class Reply(BaseModel):
    """What every answer carries: the `cid` of its command."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    type: str
    cid: str


class Ok(Reply):
    """It was done."""

    type: Literal["ok"] = "ok"


class SignedIn(Ok):
    """The token was taken: who you are. `cid` is empty when it came in the protocols."""

    user_id: str


class Recovered(Ok):
    """What was missed follows, all of it; then `live`."""

    recovered: Literal[True] = True


class NotRecovered(Ok):
    """Nothing of what was missed follows: read again; then `live`."""

    recovered: Literal[False] = False
    reason: Literal["epoch_changed", "too_old"]


class Live(Reply):
    """All that was missed was sent: from here on it comes as it happens."""

    type: Literal["live"] = "live"
    cursor: str


class SocketFieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class SocketProblem(BaseModel):
    """Why it was not done, with the codes of REST."""

    status: int
    code: str
    detail: str
    errors: list[SocketFieldProblem]


class ErrorReply(Reply):
    """It was not done."""

    type: Literal["error"] = "error"
    problem: SocketProblem


REPLIES = (Ok, SignedIn, Recovered, NotRecovered, Live, ErrorReply)
REPLIES_BY_COMMAND: dict[type[CommandMessage], tuple[type[Reply], ...]] = {
    Auth: (SignedIn,),
    Resume: (Recovered, NotRecovered, Live),
}  # the others with an Ok
_commands: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def parse_command(text: str) -> Command:
    """Return the command in a frame; `Invalid` names what is wrong with it."""
    try:
        return _commands.validate_json(text)
    except ValidationError as error:
        problems = {
            ".".join(map(str, one["loc"][1:])) or "type": one["msg"]
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        }
        raise Invalid("The frame is not valid.", errors=problems) from None
