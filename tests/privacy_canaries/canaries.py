"""Canaries: random words in private records, and the places searched for them."""

import email
import email.policy
import os
import re
import signal
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
import psutil
import redis

from mysocial.core.queues import all_queue_names
from tests.chaos.multi_process import Pair
from tests.support.event_listeners import EventListener, SocketListener, StreamListener
from tests.support.journey import join
from tests.support.realtime_scenario import connect_at
from tests.support.stack import Stack, wait_for

EXCLUDED = ("stranger", "blocked", "ex", "ended", "narrowed", "shut_out")
ALL = (*EXCLUDED, "friend", "owner", "hermit")


class Canaries:
    """The members, their connections, and the canaries with their permitted readers."""

    def __init__(self, pair: Pair, ends: ExitStack) -> None:
        self.pair, self._ends = pair, ends
        self._turn = 0
        self._client = ends.enter_context(httpx.Client(timeout=20))
        names = {name: f"{name}_{uuid.uuid4().hex[:8]}" for name in ALL}
        self.people = {name: join(pair, full) for name, full in names.items()}
        # Each member's e-mail address is a canary for the others.
        self.readers_by_canary: dict[str, set[str]] = {
            f"{full}@example.com": {name} for name, full in names.items()
        }
        self.listeners: dict[str, list[EventListener]] = {}
        self.edited_away: set[str] = set()  # canaries that are in no record any more

    def call(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request, alternating between the processes."""
        self._turn += 1
        caller = self.pair.clients[self._turn % 2]
        path = path.format(**{name: member.id for name, member in self.people.items()})
        return caller.call(self.people[who], method, path, body, **headers)

    def request(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request that must succeed; return its JSON."""
        response = self.call(who, method, path, body, **headers)
        assert response.is_success, (who, method, path, response.text)
        return response.json()

    def get_text(self, who: str, path: str) -> str:
        """Return the body of a GET request, from any process."""
        path = path.format(**{name: member.id for name, member in self.people.items()})
        headers = self.people[who].headers
        return self._client.get(f"{self.pair.url}/api/v1/{path}", headers=headers).text

    def new_canary(self, *readers: str) -> str:
        """Return a new canary that only these members may read."""
        canary = f"canary{uuid.uuid4().hex}"
        self.readers_by_canary[canary] = set(readers)
        return canary

    def connect(self, who: str, topics: Sequence[str], cursor: str = "") -> list[EventListener]:
        """Open a socket to each process and a stream to one of them."""
        kinds: list[tuple[str, type[EventListener]]] = [
            (place, SocketListener) for place in self.pair.socket_process_names
        ]
        kinds.append((self.pair.socket_process_names[len(self.listeners) % 2], StreamListener))
        member = self.people[who]
        return [
            self._ends.enter_context(
                connect_at(self.pair, place, partial(kind, member, *topics, cursor=cursor))
            )
            for place, kind in kinds
        ]

    def find_leaks(self, who: str, text: str) -> list[str]:
        """Return the canaries in a text that a member may not read."""
        return [
            canary
            for canary, readers in self.readers_by_canary.items()
            if who not in readers and canary in text
        ]


def sent_text(listeners: Sequence[EventListener]) -> str:
    """Return the raw frames of connections as one text."""
    return "\n".join(frame.raw for listener in listeners for frame in listener.frames)


@contextmanager
def paused_workers(stack: Stack) -> Iterator[None]:
    """Pause the workers, so that the messages to Celery stay in the queues."""
    pids = [pid for name, pid in stack.pids.items() if name.startswith(("worker", "media"))]
    mains = [psutil.Process(pid) for pid in pids]
    processes = [process for main in mains for process in (main, *main.children(recursive=True))]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)


def celery_messages(stack: Stack) -> str:
    """Return the messages in the queues or reserved by a worker, as one text."""
    with redis.Redis.from_url(stack.running["redis_url"]) as client:
        queues = [client.lrange(name, 0, -1) for name in all_queue_names()]
        reserved = client.hgetall("unacked")
    waiting = [message for queue in queues for message in queue] + list(reserved.values())
    assert waiting
    return b"\n".join(waiting).decode(errors="replace")


def confirm_addresses(canaries: Canaries, stack: Stack) -> None:
    """Confirm the addresses of the members with the e-mails that they get."""
    addresses = {canary for canary in canaries.readers_by_canary if "@" in canary}
    tokens: dict[str, str] = {}

    def all_arrived() -> bool:
        for to, text in sent_emails(stack):
            if match := re.search(r"/verify-email\?token=([\w-]{43})", text):
                tokens[to] = match[1]
        return addresses <= tokens.keys()

    wait_for(all_arrived, within=60, name="the e-mails to confirm the addresses")
    for address in addresses:
        canaries.request("owner", "POST", f"verify-email/{tokens[address]}", {})


def sent_emails(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield the recipient and the decoded text of each sent e-mail."""
    for file in sorted((stack.folder / "data" / "emails").glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        parts = [
            part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
        ]
        yield str(message["To"]), "\n".join([str(message["Subject"]), *parts])
