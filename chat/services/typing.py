"""Typing indicators: events for connected clients, never stored."""

from chat.events import TypingStarted, TypingStopped
from mysocial.core.errors import TooManyRequests, Unavailable
from mysocial.core.rate_limits import RateLimit, check_rate_limit
from mysocial.realtime import ephemeral

EVENTS = RateLimit("typing", 20, 5)


def send_typing(user_id: str, other_id: str, is_typing: bool) -> None:
    """Send the other member an event that a member started or stopped typing.

    Permissions are checked where the event is delivered. The typing member does not learn whether
    it was delivered, rate limited, or could not be sent.
    """
    try:
        check_rate_limit(EVENTS, user_id)
    except (TooManyRequests, Unavailable):
        return
    event_type = TypingStarted if is_typing else TypingStopped
    ephemeral.publish(event_type(user_id, other_id))
