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

from mysocial.dev.processes import free_port
from mysocial.dev.servers import Mongod, Valkey
from mysocial.dev.supervisor import Log, Program
from tests.support.event_listeners import EventListener
from tests.support.journey import Member
from tests.support.realtime_features import Caller
from tests.support.servers import FOLDER
from tests.support.stack import ROOT, wait_for

REPLICAS = 2
OLD_BUFFER_DIRECTIVES = (
    "buffer_requests\n\tmax_buffer_size 256KiB"  # before Caddy 2.7; Debian has 2.6
)


def caddy_environment(caddy: str, home: Path) -> dict[str, str]:
    """Return the environment in which a Caddy of any age reads our Caddyfile."""
    said = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
    is_old = said.lstrip("v").startswith(("2.4.", "2.5.", "2.6."))
    words = {"KEEP_BODIES": OLD_BUFFER_DIRECTIVES} if is_old else {}
    return {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), **words}


class ProxyMissing(Exception):
    """There is no caddy on this machine."""


class ProxyClient:
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


class ComposeServices:
    """The commands of compose.yaml, started one by one; `with` brings and ends their servers."""

    def __init__(self, name: str, *, tls: bool = False, **settings: str) -> None:
        self.folder = FOLDER / name
        self.port = free_port()
        self.url = self.public_url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._settings = {"SECURE_SSL_REDIRECT": "1" if tls else "0", **settings}
        self._programs: dict[str, Program] = {}
        self._cleanup = ExitStack()
        self._compose = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        valkey, mongod = Valkey(self.folder / "valkey"), Mongod(self.folder / "mongod")
        self._cleanup.enter_context(valkey)
        self._cleanup.enter_context(mongod)
        self._log = Log(self._cleanup.enter_context(self.log.open("a")))
        self.environment = self._environment(valkey.url, mongod.url)
        for command in (["collectstatic", "--noinput"], ["prepare"]):  # as compose.yaml does
            prepare = self.start(command[0], [sys.executable, "manage.py", *command])
            wait_for(lambda one=prepare: not one.alive(), within=60, name=command[0])
            assert prepare.exit_code == 0, self.log.read_text()[-3000:]
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self._programs.values()):
            program.stop(5)
        self._cleanup.close()

    def _environment(self, redis_url: str, mongo_url: str) -> dict[str, str]:
        unset = ("REDIS_FSYNC", "SENDGRID_API_KEY", "CLOUDINARY_URL")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        return env | {
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            "REDIS_URL": redis_url,
            "MONGO_URL": mongo_url,
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost",
            "ALLOWED_ORIGINS": self.url,
            "DATA_DIR": str(self.folder / "data"),
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            **self._settings,
        }

    def command(self, role: str, port: int = 0) -> list[str]:
        """Return the command of a role as compose.yaml has it, but for where it listens."""
        ours = {
            "0.0.0.0": "127.0.0.1",
            "8000": str(port),
            "/tmp/schedule": str(self.folder / "schedule"),
        }
        name, *arguments = self._compose[role]["command"].split()
        program = Path(sys.executable).parent / name
        return [str(program), *(ours.get(one, one) for one in arguments)]

    def start(self, name: str, command: list[str], **extra: str) -> Program:
        program = Program(
            name,
            command,
            log=self._log,
            run_dir=self.folder / "run",
            env=self.environment | extra,
            cwd=ROOT,
        )
        program.start()
        self._programs[name] = program
        return program


class Production(ComposeServices):
    """All roles of compose.yaml that serve members, and the proxy; `with` starts and ends them."""

    def __init__(self, *, tls: bool = False, **settings: str) -> None:
        caddy = shutil.which("caddy")
        if not caddy:
            raise ProxyMissing
        super().__init__("production", tls=tls, TRUSTED_PROXIES="1", **settings)
        self._caddy, self._tls = caddy, tls
        self._client = ProxyClient(self.url)
        self.certificate = self.folder / "caddy" / "caddy" / "pki/authorities/local/root.crt"
        self.socket_process_names = [f"ws-{n}" for n in range(1, REPLICAS + 1)]

    @property
    def clients(self) -> list[Caller]:
        return [self._client]

    def process_of(self, ear: EventListener) -> str:
        """Return which process answered: each has a name of its own, which the proxy hands on."""
        return next((name for name in ear.servers if name in self.socket_process_names), "")

    def __enter__(self) -> Self:
        super().__enter__()
        ports = {
            f"{door}-{n}": free_port() for door in ("http", "ws") for n in range(1, REPLICAS + 1)
        }
        for name, port in ports.items():
            extra = ["--name", name] if name in self.socket_process_names else []
            self.start(name, [*self.command(name.partition("-")[0], port), *extra])
        for name in ("worker", "beat"):
            self.start(name, self.command(name))
        replicas = {
            f"{door.upper()}_REPLICAS": " ".join(
                f"127.0.0.1:{port}" for name, port in ports.items() if name.startswith(door)
            )
            for door in ("http", "ws")
        }
        config = ("--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile")
        self.start("caddy", [self._caddy, "run", *config], **self._proxy_environment(), **replicas)
        if self._tls:
            wait_for(self.certificate.exists, within=20, name="the certificate")
            # What httpx and websockets trust; of this process only.
            os.environ["SSL_CERT_FILE"] = str(self.certificate)
        wait_for(self._is_up, within=60, name="every replica")
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
        super().__exit__(*error)

    def _proxy_environment(self) -> dict[str, str]:
        return {"SITE_ADDRESS": self.url, **caddy_environment(self._caddy, self.folder / "caddy")}

    def _is_up(self) -> bool:
        paths = ("/health/ready", "/api/events") * (2 * REPLICAS)
        try:
            asked = [httpx.get(f"{self.url}{path}", timeout=5).status_code for path in paths]
        except httpx.HTTPError:
            return False
        return set(asked) == {httpx.codes.OK, httpx.codes.UNAUTHORIZED}

    def kill(self, name: str) -> None:
        """SIGKILL a replica, for good."""
        self._programs[name].kill()
        self.socket_process_names = [one for one in self.socket_process_names if one != name]

    def kill_web_processes(self) -> None:
        """SIGKILL every replica that is left."""
        doors = (one for name, one in self._programs.items() if name.startswith(("http-", "ws-")))
        self._killed = [one for one in doors if one.alive()]
        for one in self._killed:
            one.kill()

    def restart_web_processes(self) -> None:
        """Return when those answer again that a `fall` has killed."""
        for one in self._killed:
            one.start()
        wait_for(self._is_up, within=60, name="every replica")
