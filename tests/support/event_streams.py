"""The event stream of a client, for tests without a server."""

import asyncio
import contextlib
import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from mysocial.asgi import application
from tests.support.people import Person


class Stream(ApplicationCommunicator):
    """The event stream of one client."""

    def __init__(
        self, person: Person | None = None, query: str = "", method: str = "GET", **headers: str
    ) -> None:
        if person:
            headers["authorization"] = f"Bearer {person.access}"
        super().__init__(
            application,
            {
                "type": "http",
                "method": method,
                "path": "/api/v1/events",
                "query_string": query.encode(),
                "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
            },
        )
        self.text = ""

    async def begin(self) -> tuple[int, dict[bytes, bytes]]:
        """Send the request; return the status and the headers."""
        await self.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await self.receive_output(timeout=20)
        return start["status"], dict(start["headers"])

    async def body(self) -> Any:
        """Return the JSON of a response that is no stream."""
        return json.loads((await self.receive_output(timeout=20))["body"])

    async def next(self) -> dict[str, str] | None:
        """Return the fields of the next event, skipping comments; None at the end."""
        while True:
            while "\n\n" not in self.text:
                output = await self.receive_output(timeout=20)
                self.text += output["body"].decode()
                if not output["more_body"]:
                    return None
            block, _, self.text = self.text.partition("\n\n")
            if not block.startswith(":"):
                return dict(line.split(": ", 1) for line in block.splitlines())

    async def leave(self) -> None:
        """Disconnect."""
        await self.send_input({"type": "http.disconnect"})
        with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
            await self.wait(timeout=20)
