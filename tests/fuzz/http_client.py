"""A client that sends the corpus over HTTP and checks each response."""

import http.client
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx

from tests.fuzz import response_checks
from tests.fuzz.corpus import BadRequest
from tests.fuzz.site import Endpoint
from tests.support.servers import PASSWORD

MAX_FAULTS = 20
UNAUTHORIZED = 401


class CorpusClient:
    """A member who signs in again when a request has ended the session."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        address = urlsplit(endpoint.url)
        self._connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=30
        )
        self._access = endpoint.member.access
        self.sent = 0

    def send_all(self, corpus: Iterable[BadRequest]) -> list[str]:
        """Send each request; return the faults of the responses."""
        faults: list[str] = []
        for request in corpus:
            self.sent += 1
            if fault := self._check(request):
                faults.append(f"{request}: {fault}")
            if len(faults) >= MAX_FAULTS:
                break
        self._connection.close()
        return faults

    def _check(self, sent: BadRequest) -> str:
        try:
            status, headers, body = self._request_with_retry(sent)
        except (http.client.HTTPException, OSError) as error:
            return f"no response: {error!r}"
        if status == UNAUTHORIZED and "Authorization" not in sent.headers:
            self._sign_in()
        if sent.must_fail and status < 400:
            return f"invalid request was accepted: {status} {body[:200]!r}"
        return response_checks.response_fault(status, headers, body)

    def _request_with_retry(self, sent: BadRequest) -> tuple[int, dict[str, str], bytes]:
        """Send a request; if the server had closed the connection, send it on a new one."""
        try:
            return self._request(sent)
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return self._request(sent)

    def _request(self, sent: BadRequest) -> tuple[int, dict[str, str], bytes]:
        headers = {"Authorization": f"Bearer {self._access}", **sent.headers}
        self._connection.putrequest(
            sent.method, sent.path, skip_host="Host" in headers, skip_accept_encoding=True
        )
        for name, value in headers.items():
            self._connection.putheader(name, value)
        self._connection.putheader("Content-Length", str(len(sent.body)))
        self._connection.endheaders(sent.body)
        response = self._connection.getresponse()
        body = response.read()
        headers_received = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers_received, body

    def _sign_in(self) -> None:
        me = f"{self._endpoint.url}/api/v1/users/me"
        headers = {"Authorization": f"Bearer {self._access}"}
        if httpx.get(me, headers=headers, timeout=20).status_code == UNAUTHORIZED:
            body = {"username": self._endpoint.name, "password": PASSWORD}
            response = httpx.post(f"{self._endpoint.url}/api/v1/signin", json=body, timeout=20)
            self._access = self._endpoint.member.access = str(
                json.loads(response.content)["access"]
            )
