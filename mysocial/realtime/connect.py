"""The start of a connection: its authentication, and its subscription."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mysocial.core.errors import NotAuthenticated, TooManyConnections, Unavailable
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.connection_limits import log_reached_limit
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.subscription import Subscription, Transport

MAX_START_SECONDS = 4


async def open_subscription(
    scope: Mapping[str, Any], token: str, sessions: SessionBackend, transport: Transport
) -> Subscription:
    """Authenticate a client; return its subscription, which holds events back at first.

    Raises:
        NotAuthenticated: The token is invalid or its session has ended.
        TooManyConnections: The member has too many.
        Unavailable: The event log or the session store does not respond.
    """
    dispatcher = get_dispatcher()
    try:
        async with asyncio.timeout(MAX_START_SECONDS):
            await dispatcher.start()
    except TimeoutError:
        raise Unavailable("The event log is not available right now.") from None
    session = await asyncio.to_thread(sessions.authenticate, token)
    try:
        subscription = Subscription(dispatcher, session, transport)
    except TooManyConnections:
        await log_reached_limit(scope, "connections of a member", user_id=session.user_id)
        raise
    try:
        # Checked after subscribing to the session's topic: an end in between cannot be missed.
        if await asyncio.to_thread(sessions.find_ended, [session.session_id]):
            raise NotAuthenticated("The session has ended.")
    except BaseException:
        subscription.close()
        raise
    dispatcher.session_watcher.add(subscription, sessions)
    return subscription
