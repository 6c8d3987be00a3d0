"""Peers that sockets are compared with on the same server: a bare echo and stock Channels."""

import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
django.setup()

GROUP = "bench"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Accept every socket and send back each message: the floor."""
    if scope["type"] != "websocket":
        return
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            return


class GroupConsumer(AsyncWebsocketConsumer):
    """A socket in a group of the channel layer, as in the tutorial of Channels."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = [GROUP]

    async def forward(self, message: dict[str, Any]) -> None:
        """Send a message of the group to the client."""
        await self.send(text_data=message["text"])


stock: Any = GroupConsumer.as_asgi()
