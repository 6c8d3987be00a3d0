"""What sockets are measured beside, under the same server: the floor, and Channels as it comes."""

import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")
django.setup()

GROUP = "bench"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Accept any socket and send back what it says: the floor."""
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
    """A socket in one group of the channel layer, as the tutorial of Channels has it."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = [GROUP]

    async def tell(self, message: dict[str, Any]) -> None:
        """Send on what the group was sent."""
        await self.send(text_data=message["text"])


stock: Any = GroupConsumer.as_asgi()
