"""The layout of production without containers: the commands of compose.yaml and its Caddyfile.

Two replicas of each door behind one port of a real proxy, on a Valkey and a mongod of their own.
"""

import os
import secrets
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from mysocial.processes import free_port
from mysocial.servers import Mongod, Valkey
from mysocial.supervisor import Log, Program
from tests.ears import Ear
from tests.features import Caller
from tests.journey import Member
from tests.servers import FOLDER
from tests.stack import ROOT, wait_for

REPLICAS = 2
OLD_WORDS = "buffer_requests\n\tmax_buffer_size 256KiB"  # before Caddy 2.7; Debian has 2.6


class ProxyMissing(Exception):
    """There is no caddy on this machine."""


class AnyDoor:
    """HTTP through the proxy, which chooses the replica; none of them holds sockets."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: httpx.Client | None = None

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request."""
        self._client = self._client or httpx.Client(timeout=20)
        return self._client.request(
            method, f"{self._url}/api/{path}", json=body, headers=member.headers | headers
        )

    def close(self) -> None:
        if self._client:
            self._client.close()


class Production:
    """All roles of compose.yaml that serve members, and the proxy; `with` starts and ends them."""

    def __init__(self, *, tls: bool = False) -> None:
        caddy = shutil.which("caddy")
        if not caddy:
            raise ProxyMissing
        self._caddy, self._tls = caddy, tls
        self.folder = FOLDER / "production"
        self.port = free_port()
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://localhost:{self.port}"
        self._door = AnyDoor(self.url)
        self.certificate = self.folder / "caddy" / "caddy" / "pki/authorities/local/root.crt"
        self.places = [f"ws-{n}" for n in range(1, REPLICAS + 1)]
        self._programs: dict[str, Program] = {}
        self._ends = ExitStack()
        self._compose = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    @property
    def callers(self) -> list[Caller]:
        return [self._door]

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def place(self, ear: Ear) -> str:
        """Return which process answered: each has a name of its own, which the proxy hands on."""
        return next((name for name in ear.servers if name in self.places), "")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        valkey, mongod = Valkey(self.folder / "valkey"), Mongod(self.folder / "mongod")
        self._ends.enter_context(valkey)
        self._ends.enter_context(mongod)
        self._log = Log(self._ends.enter_context(self.log.open("a")))
        self._env = self._environment(valkey.url, mongod.url)
        prepare = self._start("prepare", [sys.executable, "manage.py", "prepare"])
        wait_for(lambda: not prepare.alive(), within=60, name="prepare")
        assert prepare.exit_code == 0, self.log.read_text()[-3000:]
        ports = {
            f"{door}-{n}": free_port() for door in ("http", "ws") for n in range(1, REPLICAS + 1)
        }
        for name, port in ports.items():
            extra = ["--name", name] if name in self.places else []
            self._start(name, [*self._command(name.partition("-")[0], port), *extra])
        for name in ("worker", "beat"):
            self._start(name, self._command(name))
        replicas = {
            f"{door.upper()}_REPLICAS": " ".join(
                f"127.0.0.1:{port}" for name, port in ports.items() if name.startswith(door)
            )
            for door in ("http", "ws")
        }
        config = ("--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile")
        self._start("caddy", [self._caddy, "run", *config], **self._proxy(), **replicas)
        if self._tls:
            wait_for(self.certificate.exists, within=20, name="the certificate")
            # What httpx and websockets trust; of this process only.
            os.environ["SSL_CERT_FILE"] = str(self.certificate)
        wait_for(self._answers, within=60, name="every replica")
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        for program in reversed(self._programs.values()):
            program.stop(5)
        self._ends.close()

    def _environment(self, redis_url: str, mongo_url: str) -> dict[str, str]:
        unset = ("REDIS_FSYNC", "SENDGRID_API_KEY", "CLOUDINARY_URL")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        return env | {
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SECURE_SSL_REDIRECT": "1" if self._tls else "0",
            "REDIS_URL": redis_url,
            "MONGO_URL": mongo_url,
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost",
            "ALLOWED_ORIGINS": self.url,
            "TRUSTED_PROXIES": "1",
            "DATA_DIR": str(self.folder / "data"),
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
        }

    def _proxy(self) -> dict[str, str]:
        home = str(self.folder / "caddy")
        said = subprocess.run([self._caddy, "version"], capture_output=True, text=True, check=True)
        is_old = said.stdout.lstrip("v").startswith(("2.4.", "2.5.", "2.6."))
        return {
            "SITE_ADDRESS": self.url,
            "XDG_DATA_HOME": home,
            "XDG_CONFIG_HOME": home,
            **({"KEEP_BODIES": OLD_WORDS} if is_old else {}),
        }

    def _command(self, role: str, port: int = 0) -> list[str]:
        """Return the command of a role as compose.yaml has it, but for where it listens."""
        ours = {
            "0.0.0.0": "127.0.0.1",
            "8000": str(port),
            "/tmp/schedule": str(self.folder / "schedule"),
        }
        name, *arguments = self._compose[role]["command"].split()
        program = Path(sys.executable).parent / name
        return [str(program), *(ours.get(one, one) for one in arguments)]

    def _start(self, name: str, command: list[str], **extra: str) -> Program:
        program = Program(
            name,
            command,
            log=self._log,
            run_dir=self.folder / "run",
            env=self._env | extra,
            cwd=ROOT,
        )
        program.start()
        self._programs[name] = program
        return program

    def _answers(self) -> bool:
        paths = ("/health/ready", "/api/events") * (2 * REPLICAS)
        try:
            asked = [httpx.get(f"{self.url}{path}", timeout=5).status_code for path in paths]
        except httpx.HTTPError:
            return False
        return set(asked) == {httpx.codes.OK, httpx.codes.UNAUTHORIZED}

    def kill(self, name: str) -> None:
        """SIGKILL a replica, for good."""
        self._programs[name].kill()
        self.places = [one for one in self.places if one != name]
