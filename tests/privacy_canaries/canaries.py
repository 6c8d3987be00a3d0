"""Words in private things, and where they are looked for."""

import email
import email.policy
import os
import signal
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
import psutil
import redis
from django.conf import settings

from tests.chaos.multi_process import Pair
from tests.support.event_listeners import EventListener, SocketListener, StreamListener
from tests.support.journey import join
from tests.support.realtime_features import at
from tests.support.stack import Stack

LOSERS = ("stranger", "blocked", "ex", "ended", "narrowed", "shut_out")
ALL = (*LOSERS, "friend", "owner", "hermit")


class Cast:
    """Who is there, what they have open, and the words."""

    def __init__(self, pair: Pair, ends: ExitStack) -> None:
        self.pair, self._ends = pair, ends
        self._turn = 0
        self._client = ends.enter_context(httpx.Client(timeout=20))
        names = {name: f"{name}_{uuid.uuid4().hex[:8]}" for name in ALL}
        self.people = {name: join(pair, full) for name, full in names.items()}
        # A word, and who may be told it: to begin with, each of their own address.
        self.words: dict[str, set[str]] = {
            f"{full}@example.com": {name} for name, full in names.items()
        }
        self.ears: dict[str, list[EventListener]] = {}

    def call(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request, by one door after the other."""
        self._turn += 1
        door = self.pair.clients[self._turn % 2]
        path = path.format(**{name: one.id for name, one in self.people.items()})
        return door.call(self.people[who], method, path, body, **headers)

    def does(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Carry something out; return the answer."""
        answer = self.call(who, method, path, body, **headers)
        assert answer.is_success, (who, method, path, answer.text)
        return answer.json()

    def reads(self, who: str, path: str) -> str:
        """Return what a member is answered, whoever answers."""
        path = path.format(**{name: one.id for name, one in self.people.items()})
        headers = self.people[who].headers
        return self._client.get(f"{self.pair.url}/api/{path}", headers=headers).text

    def word(self, *seen_by: str) -> str:
        """Return a new word, and note who may be told it."""
        word = f"canary{uuid.uuid4().hex}"
        self.words[word] = set(seen_by)
        return word

    def opens(self, who: str, topics: Sequence[str], cursor: str = "") -> list[EventListener]:
        """Open a socket at each process and a stream at one; return them."""
        kinds: list[tuple[str, type[EventListener]]] = [
            (place, SocketListener) for place in self.pair.socket_process_names
        ]
        kinds.append((self.pair.socket_process_names[len(self.ears) % 2], StreamListener))
        member = self.people[who]
        return [
            self._ends.enter_context(
                at(self.pair, place, partial(kind, member, *topics, cursor=cursor))
            )
            for place, kind in kinds
        ]

    def told(self, who: str, text: str) -> list[str]:
        """Return which words are in a text, and are not for them to see."""
        return [word for word, seen_by in self.words.items() if who not in seen_by and word in text]


def raw(ears: Sequence[EventListener]) -> str:
    """Return all that some connections were sent, as it was sent."""
    return "\n".join(frame.raw for ear in ears for frame in ear.frames)


@contextmanager
def stopped(stack: Stack) -> Iterator[None]:
    """Stop the workers, so that what is handed to Celery stays where it can be looked at."""
    pids = [pid for name, pid in stack.pids.items() if name.startswith("worker")]
    mains = [psutil.Process(pid) for pid in pids]
    team = [one for main in mains for one in (main, *main.children(recursive=True))]
    for one in team:
        os.kill(one.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in team:
            os.kill(one.pid, signal.SIGCONT)


def handed_to_celery(stack: Stack) -> str:
    """Return all that waits in the queues or was taken by a worker, as one text."""
    with redis.Redis.from_url(stack.running["redis_url"]) as client:
        queues = [client.lrange(name, 0, -1) for name in settings.CELERY_QUEUE_NAMES]
        taken = client.hgetall("unacked")
    waiting = [one for some in queues for one in some] + list(taken.values())
    assert waiting
    return b"\n".join(waiting).decode(errors="replace")


def mails(stack: Stack) -> Iterator[tuple[str, str]]:
    """Return receiver and decoded text of every mail that was sent."""
    for file in sorted((stack.folder / "data" / "emails").glob("*.eml")):
        said = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        parts = [
            part.get_content() for part in said.walk() if part.get_content_maintype() == "text"
        ]
        yield str(said["To"]), "\n".join([str(said["Subject"]), *parts])
