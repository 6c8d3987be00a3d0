"""That somebody is writing: told to the one they write to, and kept nowhere."""

from chat.events import TypingStarted, TypingStopped
from mysocial.core.errors import TooManyRequests, Unavailable
from mysocial.core.rate_limits import RateLimit, check_rate_limit
from mysocial.realtime import ephemeral

NEWS = RateLimit("typing", 20, 5)


def send_typing(user_id: str, other_id: str, is_typing: bool) -> None:
    """Tell the other that one begins or stops to write to them, if one may.

    Whether they hear it is asked where they listen, and not told to who types; nor is it that
    this came too often, or could not be sent.
    """
    try:
        check_rate_limit(NEWS, user_id)
    except (TooManyRequests, Unavailable):
        return
    ephemeral.publish((TypingStarted if is_typing else TypingStopped)(user_id, other_id))
