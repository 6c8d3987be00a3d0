"""The ASGI application: WebSockets and event streams; `make up` serves everything with it.

Other HTTP requests go to the WSGI application: Django's own ASGI handler switches threads for each
middleware and view, which costs four times the CPU.
"""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
get_asgi_application()  # loads the apps before anything that imports models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from accounts.authentication import authenticate_token, find_ended_sessions  # noqa: E402
from chat.services import send_typing  # noqa: E402
from mysocial.realtime.auth import SessionBackend  # noqa: E402
from mysocial.realtime.consumers import EventConsumer  # noqa: E402
from mysocial.realtime.dispatcher import get_dispatcher  # noqa: E402
from mysocial.realtime.sse import event_stream  # noqa: E402
from mysocial.realtime.wsgi_bridge import WSGIBridge  # noqa: E402
from mysocial.wsgi import application as http  # noqa: E402

sessions = SessionBackend(authenticate=authenticate_token, find_ended=find_ended_sessions)
# Django's stubs know views only; Channels routes ASGI applications by the same patterns.
socket: Any = EventConsumer.as_asgi(sessions=sessions, send_typing=send_typing)
stream: Any = event_stream(sessions)
wsgi: Any = WSGIBridge(http, sessions)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """Stop the dispatcher at shutdown, so that it closes its connections."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await get_dispatcher().stop()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = ProtocolTypeRouter(
    {
        "http": URLRouter([re_path(r"^api/(?:v1/)?events/?$", stream), re_path(r"", wsgi)]),
        "websocket": URLRouter([re_path(r"^ws/?$", socket)]),
        "lifespan": lifespan,
    }
)
