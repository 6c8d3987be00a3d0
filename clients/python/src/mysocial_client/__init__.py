"""Client for MySocial: REST operations with safe repeats, and events across reconnections."""

from mysocial_client import models
from mysocial_client.api import Api
from mysocial_client.events import Event, EventClient, Rejected, Resync, SignedOut, Subscribed
from mysocial_client.transport import File, NoResponse, Problem, Response, Tokens

__all__ = [
    "Api",
    "Event",
    "EventClient",
    "File",
    "NoResponse",
    "Problem",
    "Rejected",
    "Response",
    "Resync",
    "SignedOut",
    "Subscribed",
    "Tokens",
    "models",
]
