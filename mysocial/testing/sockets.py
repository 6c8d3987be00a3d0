"""The WebSocket of a client, for tests without a server."""

import json
from typing import Any

from channels.testing import WebsocketCommunicator

from mysocial.asgi import application


class Socket(WebsocketCommunicator):
    """The WebSocket of a client."""

    def __init__(
        self,
        *protocols: str,
        origin: bytes | None = None,
        path: str = "/ws",
        request_id: bytes | None = None,
    ) -> None:
        optional = ((b"origin", origin), (b"x-request-id", request_id))
        headers = [(name, value) for name, value in optional if value is not None]
        super().__init__(application, path, headers=headers, subprotocols=list(protocols))

    async def ask(self, **frame: Any) -> dict[str, Any]:
        """Send a command; return the next frame, which is the reply unless events come first."""
        await self.send_to(text_data=json.dumps(frame))
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """Return the next frame."""
        return dict(json.loads(await self.receive_from(timeout=20)))

    async def code(self) -> int:
        """Return the code with which the connection is closed."""
        while True:
            output = await self.receive_output(timeout=20)
            if output["type"] == "websocket.close":
                return int(output["code"])
