"""The site to attack: one replica of each service of compose.yaml behind its proxy.

All settings are those of compose.yaml, all limits are on, and Valkey has the memory that it has
there.
"""

import email
import email.message
import functools
import json
import secrets
import sys
from email.policy import default as email_policy
from pathlib import Path

import httpx
import psutil
import redis

from mysocial.dev.processes import free_port
from tests.attack.memory import SERVICES, Limits
from tests.support.production import Production
from tests.support.stack import wait_for

STAFF_PASSWORD = "correct-horse-battery"
STAFF_PER_ROLE = 4
SUPERUSER = "superuser"
CREATE_STAFF = """
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
password = make_password({password!r})
for role, names in {names!r}.items():
    for name in names:
        is_chief = role == {chief!r}
        user = User.objects.create(
            username=name, password=password, is_staff=True, is_superuser=is_chief
        )
        user.groups.set(Group.objects.filter(name=role))
"""


class AttackedSite(Production):
    """A site for one run of the attacks, as a context manager."""

    def __init__(self, **settings: str) -> None:
        limits = Limits.of_compose()
        memory = {"REDIS_MEMORY_MB": str(limits.redis_bytes >> 20)}
        super().__init__(
            maxmemory=f"{limits.redis_bytes}",
            replicas=1,
            RATE_LIMITS="1",
            ACCESS_TOKEN_SECONDS="7200",  # longer than a run
            **(memory | settings),
        )
        self._staff: dict[str, list[str]] = {}  # not used yet, by role

    @property
    def http_url(self) -> str:
        """The URL of the HTTP service behind the proxy, which trusts `X-Forwarded-For`."""
        return f"http://localhost:{self.ports['http-1']}"

    @property
    def ws_url(self) -> str:
        """The URL of the WebSocket service behind the proxy."""
        return f"http://localhost:{self.ports['ws-1']}"

    @functools.cached_property
    def redis(self) -> "redis.Redis[bytes]":
        """A client of Valkey."""
        return redis.Redis.from_url(self.valkey.url)

    def __exit__(self, *error: object) -> None:
        self.redis.close()
        super().__exit__(*error)

    def start_http(self, name: str, **settings: str) -> str:
        """Start another replica of the HTTP service with other settings; return its URL."""
        port = free_port()
        self.start(name, self.command("http", port), **settings)
        url = f"http://localhost:{port}"
        wait_for(lambda: _responds(f"{url}/health/ready"), within=60, name=name)
        return url

    def stop_http(self, name: str) -> None:
        """Stop a replica that `start_http` started."""
        self._programs.pop(name).stop(5)

    def start_flower(self) -> str:
        """Start Flower as `make up` does; return its URL."""
        port = free_port()
        arguments = ("--address=127.0.0.1", f"--port={port}", "--logging=warning")
        command = [sys.executable, "-m", "mysocial.dev.flower", *arguments]
        self.start("flower", command, FLOWER_BASIC_AUTH="flower:flower")
        url = f"http://localhost:{port}"
        wait_for(lambda: _responds(f"{url}/healthcheck"), within=60, name="flower")
        return url

    @property
    def log_text(self) -> str:
        """The log of all processes."""
        return self.log.read_text(errors="replace")

    def pid_of(self, name: str) -> int:
        """Return the pid of a process, such as `ws-1`."""
        pid = self._programs[name].pid
        assert pid, f"{name} has ended"
        return pid

    def process_bytes(self) -> dict[str, int]:
        """Return the resident memory of each service: its process and their children."""
        pids = {name: program.pid for name, program in self._programs.items()}
        pids |= {"redis": self.valkey.pid, "mongo": self.mongod.pid}
        sizes: dict[str, int] = {}
        for name, pid in pids.items():
            service = SERVICES.get(name)
            if service and pid:
                sizes[service] = _resident_bytes(pid)
        return sizes

    def emails_to(self, address: str) -> list[email.message.EmailMessage]:
        """Return the e-mails to an address, which the workers wrote to files."""
        messages = []
        for path in sorted((self.folder / "data" / "emails").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email_policy)
            assert isinstance(message, email.message.EmailMessage)
            if address in str(message["To"]):
                messages.append(message)
        return messages

    def new_staff(self, role: str) -> str:
        """Return the username of another staff user with a role, or of a superuser."""
        if not self._staff:  # all at once, because starting a command takes seconds
            self._staff = {
                name: [f"{name}_{secrets.token_hex(4)}" for _ in range(STAFF_PER_ROLE)]
                for name in ("moderator", "ops", SUPERUSER)
            }
            code = CREATE_STAFF.format(names=self._staff, password=STAFF_PASSWORD, chief=SUPERUSER)
            self.manage("shell", "--no-imports", "-c", code)
        return self._staff[role].pop()

    def differences(self) -> list[str]:
        """Return what `manage.py verify` finds."""
        return list(json.loads(self.manage("verify", "--json")))

    def spooled_bytes(self) -> int:
        """Return the size of the uploads that wait for a worker, or were left behind."""
        folder = self.folder / "data" / "media" / "incoming"
        return sum(map(_size, folder.rglob("*")))


def _responds(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _resident_bytes(pid: int) -> int:
    total = 0
    try:
        parent = psutil.Process(pid)
        processes = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
