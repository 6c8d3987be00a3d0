"""The site that is fuzzed: one of each role of compose.yaml, with the settings of production."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import httpx
import psutil

from mysocial.dev.processes import free_port
from tests.support.journey import Member, join
from tests.support.production import ComposeServices
from tests.support.stack import ROOT, wait_for

MOST_GROWTH = 50 * 1024 * 1024
DEFECTS = (
    "Traceback",
    "Internal Server Error",
    "Unexpected error in a request",
    "panicked at",
    "CRITICAL",
)


class Size(NamedTuple):
    """How much memory a process takes."""

    name: str
    rss: int


@dataclass
class Door:
    """An address that answers the API, somebody who calls there, and ids of what is there."""

    url: str
    member: Member
    name: str
    ids: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Place:
    """Where somebody is of whom no more need be known."""

    url: str


class Doors(ComposeServices):
    """Both doors to one store, without a proxy before them; rate limits are off.

    A `small` one has one process of each door and no beat: it is up sooner.
    """

    def __init__(self, name: str = "fuzzing", *, small: bool = False) -> None:
        self._small = small
        super().__init__(name, RATE_LIMITS="0", ACCESS_TOKEN_SECONDS="86400")
        self.ws = f"http://localhost:{free_port()}"

    def __enter__(self) -> Self:
        super().__enter__()
        http = self.command("http", self.port)
        if self._small:
            http[http.index("--workers") + 1] = "1"
        self.start("http", http)
        self.start("ws", self.command("ws", int(self.ws.rpartition(":")[2])))
        for name in self._behind:
            self.start(name, self.command(name))
        try:
            wait_for(lambda: all(map(self.answers, self.urls)), within=60, name="both doors")
            wait_for(lambda: " ready." in self.said, within=60, name="the worker")
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def _behind(self) -> tuple[str, ...]:
        return ("worker",) if self._small else ("worker", "beat")

    @property
    def urls(self) -> tuple[str, str]:
        return self.url, self.ws

    @property
    def said(self) -> str:
        """All that any process has written to its log."""
        return self.log.read_text(errors="replace")

    @staticmethod
    def answers(url: str) -> bool:
        try:
            return httpx.get(f"{url}/health/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def sizes(self) -> dict[int, Size]:
        """Return the memory of each process of ours, by pid."""
        found = {}
        for name in ("http", "ws", *self._behind):
            pid = self._programs[name].pid
            assert pid, f"{name} has ended: {self.said[-3000:]}"
            parent = psutil.Process(pid)
            for one in (parent, *parent.children(recursive=True)):
                found[one.pid] = Size(name, one.memory_info().rss)
        return found

    def faults(self, before: dict[int, Size]) -> list[str]:
        """Return what is wrong with the site after all that was sent to it."""
        found = [f"the log says: {line}" for line in defects(self.said)]
        after = self.sizes()
        if set(after) != set(before):
            found.append(f"processes have ended or begun: {before} -> {after}")
        found += [
            f"{size.name} has grown by {(after[pid].rss - size.rss) / 2**20:.0f} MB"
            for pid, size in before.items()
            if pid in after and after[pid].rss - size.rss > MOST_GROWTH
        ]
        found += [f"verify: {one}" for one in json.loads(self.manage("verify", "--json"))]
        return found + [one for url in self.urls for one in self._unwell(url)]

    def _unwell(self, url: str) -> list[str]:
        """Return what a door says is not well; dead letters are among it."""
        operator = {"Authorization": f"Bearer {self.environment['METRICS_TOKEN']}"}
        try:
            checks = httpx.get(f"{url}/health/ready", headers=operator, timeout=5).json()["checks"]
        except (httpx.HTTPError, ValueError) as error:
            return [f"{url} does not answer: {error!r}"]
        return [f"{url}: {name}: {said}" for name, said in checks.items() if said != "ok"]

    def staff_session(self) -> str:
        """Return the session of somebody who is signed in at /admin/."""
        made = (
            "from django.contrib.auth.models import User;"
            "from django.test import Client;"
            "user = User.objects.create_superuser('mod', 'mod@example.com', 'secret');"
            "client = Client(); client.force_login(user);"
            "print(client.cookies['sessionid'].value)"
        )
        return self.manage("shell", "--no-imports", "-c", made).split()[-1]

    def manage(self, *arguments: str) -> str:
        """Return what a command of `manage.py` prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr[-3000:]
        return done.stdout

    def door(self, url: str, name: str) -> Door:
        """Return a door with somebody who has something of everything there is."""
        members = [join(Place(url), f"{name}{letter}") for letter in "abc"]
        door = Door(url, members[0], f"{name}a")
        door.ids = _furnish(door, members)
        return door


def defects(log: str) -> list[str]:
    """Return the lines of a log that speak of a defect; a trace goes on to what was raised."""
    lines, found = log.splitlines(), []
    for at, line in enumerate(lines):
        if any(word in line for word in DEFECTS):
            after = next((one for one in lines[at + 1 :] if "|   " not in one), "")
            found.append(f"{line} {after}" if "Traceback" in line else line)
    return found


def _furnish(door: Door, members: list[Member]) -> dict[str, list[str]]:
    """Make something of each kind, and return the ids by the path that takes them."""
    me, friend, other = members
    ids: dict[str, list[str]] = {"users": [one.id for one in members]}

    def done(who: Member, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method, f"{door.url}/api/{path}", json=body, headers=who.headers, timeout=20
        )
        assert answer.is_success, answer.text
        return answer.json()

    done(me, "PUT", f"users/{friend.id}/follow", {})
    done(friend, "PUT", f"users/{me.id}/follow", {})
    done(other, "PATCH", "users/me/settings", {"is_private": True})
    done(me, "PUT", f"users/{other.id}/follow", {})
    posts = [
        done(who, "POST", "posts", {"text": f"{n}", "privacy": privacy})["post"]["id"]
        for who in (me, friend)
        for n, privacy in enumerate(("public", "followers", "private"))
    ]
    comments = [
        done(who, "POST", f"posts/{posts[0]}/comments", {"text": f"@{n}"})["comment"]["id"]
        for n, who in enumerate((me, friend))
    ]
    done(friend, "PUT", f"posts/{posts[0]}/reaction", {"type": "like"})
    messages = [
        done(who, "POST", "chat/message", {"receiver_id": whom.id, "text": "Hello"})["chat_message"]
        for who, whom in ((me, friend), (friend, me))
    ]
    notices = done(me, "GET", "notifications")["notifications"]
    sessions = done(me, "GET", "sessions")["sessions"]
    return ids | {
        "posts": posts,
        "comments": comments,
        "messages": [one["id"] for one in messages] + ids["users"],
        "notifications": [one["id"] for one in notices],
        "sessions": [one["id"] for one in sessions],
    }
