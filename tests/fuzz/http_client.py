"""Somebody who sends the corpus over HTTP, and judges each answer."""

import http.client
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx

from tests.fuzz import response_checks
from tests.fuzz.corpus import Sent
from tests.fuzz.site import Door
from tests.support.servers import PASSWORD

MOST_SHOWN = 20
UNAUTHORIZED = 401


class Caller:
    """A member at a door; signs in anew when what was sent has ended the session."""

    def __init__(self, door: Door) -> None:
        self._door = door
        where = urlsplit(door.url)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        self._access = door.member.access
        self.sent = 0

    def send_all(self, corpus: Iterable[Sent]) -> list[str]:
        """Send each; return what was wrong with the answers."""
        found: list[str] = []
        for one in corpus:
            self.sent += 1
            if wrong := self._judge(one):
                found.append(f"{one}: {wrong}")
            if len(found) >= MOST_SHOWN:
                break
        self._connection.close()
        return found

    def _judge(self, sent: Sent) -> str:
        try:
            status, headers, body = self._ask_again(sent)
        except (http.client.HTTPException, OSError) as error:
            return f"no answer: {error!r}"
        if status == UNAUTHORIZED and "Authorization" not in sent.headers:
            self._sign_in()
        if sent.refused and status < 400:
            return f"it was taken: {status} {body[:200]!r}"
        return response_checks.fault(status, headers, body)

    def _ask_again(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        """Ask by a new connection where the one before was closed after its last answer."""
        try:
            return self._ask(sent)
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return self._ask(sent)

    def _ask(self, sent: Sent) -> tuple[int, dict[str, str], bytes]:
        headers = {"Authorization": f"Bearer {self._access}", **sent.headers}
        self._connection.putrequest(
            sent.method, sent.path, skip_host="Host" in headers, skip_accept_encoding=True
        )
        for name, value in headers.items():
            self._connection.putheader(name, value)
        self._connection.putheader("Content-Length", str(len(sent.body)))
        self._connection.endheaders(sent.body)
        answer = self._connection.getresponse()
        body = answer.read()
        said = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, said, body

    def _sign_in(self) -> None:
        me = f"{self._door.url}/api/users/me"
        said = {"Authorization": f"Bearer {self._access}"}
        if httpx.get(me, headers=said, timeout=20).status_code == UNAUTHORIZED:
            body = {"username": self._door.name, "password": PASSWORD}
            answer = httpx.post(f"{self._door.url}/api/signin", json=body, timeout=20)
            self._access = self._door.member.access = str(json.loads(answer.content)["access"])
