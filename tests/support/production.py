"""The production layout without containers: the commands of compose.yaml and the Caddyfile.

Two replicas each of the HTTP and the WebSocket service run behind a real proxy, with a Valkey and a
mongod of their own.
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

from mysocial.dev.processes import free_port
from mysocial.dev.servers import Mongod, Valkey
from mysocial.dev.supervisor import Log, Program
from tests.support.compose import compose_services
from tests.support.event_listeners import EventListener
from tests.support.journey import Member
from tests.support.realtime_scenario import Caller
from tests.support.servers import FOLDER
from tests.support.stack import ROOT, START_TIMEOUT_SECONDS, wait_for

REPLICAS = 2
OLD_BUFFER_DIRECTIVES = (
    "buffer_requests\n\tmax_buffer_size 272KiB"  # before Caddy 2.7; Debian has 2.6
)


def caddy_environment(caddy: str, home: Path) -> dict[str, str]:
    """Return the environment that lets any version of Caddy read our Caddyfile."""
    version = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
    is_old = version.lstrip("v").startswith(("2.4.", "2.5.", "2.6."))
    directives = {"KEEP_BODIES": OLD_BUFFER_DIRECTIVES} if is_old else {}
    return {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), **directives}


class ProxyMissing(Exception):
    """Caddy is not installed on this machine."""


class ProxyClient:
    """An HTTP client of the proxy, which chooses the replica."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: httpx.Client | None = None

    def call(
        self, member: Member, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request and return the response."""
        self._client = self._client or httpx.Client(timeout=20)
        return self._client.request(
            method, f"{self._url}/api/v1/{path}", json=body, headers=member.headers | headers
        )

    def close(self) -> None:
        if self._client:
            self._client.close()


class ComposeServices:
    """The services of compose.yaml, started one by one; a context manager runs their servers."""

    def __init__(
        self, name: str, *, tls: bool = False, maxmemory: str = "256mb", **settings: str
    ) -> None:
        self.folder = FOLDER / name
        self.port = free_port()
        self.url = self.public_url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._settings = {"SECURE_SSL_REDIRECT": "1" if tls else "0", **settings}
        self._programs: dict[str, Program] = {}
        self._cleanup = ExitStack()
        self.compose = compose_services()
        self.valkey = Valkey(self.folder / "valkey", maxmemory=maxmemory)
        self.mongod = Mongod(self.folder / "mongod")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._cleanup.enter_context(self.valkey)
        self._cleanup.enter_context(self.mongod)
        self._log = Log(self._cleanup.enter_context(self.log.open("a")))
        self.environment = self._environment(self.valkey.url, self.mongod.url)
        for command in (
            ["collectstatic", "--noinput"],
            ["prepare"],
        ):  # as in production
            prepare = self.start(command[0], [sys.executable, "manage.py", *command])
            wait_for(lambda program=prepare: not program.alive(), within=60, name=command[0])
            assert prepare.exit_code == 0, self.log.read_text()[-3000:]
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self._programs.values()):
            program.stop(5)
        self._cleanup.close()

    def _environment(self, redis_url: str, mongo_url: str) -> dict[str, str]:
        unset = (
            *("REDIS_FSYNC", "SENDGRID_API_KEY", "EMAIL_URL", "CLOUDINARY_URL"),
            "ALLOWED_ORIGINS",
        )
        env = {name: value for name, value in os.environ.items() if name not in unset}
        return env | {
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            "REDIS_URL": redis_url,
            "MONGO_URL": mongo_url,
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost",
            "DATA_DIR": str(self.folder / "data"),
            "DJANGO_SETTINGS_MODULE": "mysocial.settings",
            **self._settings,
        }

    def command(self, service: str, port: int = 0) -> list[str]:
        """Return the command of a service in compose.yaml, with its address on this machine."""
        overrides = {
            "0.0.0.0": "127.0.0.1",
            "8000": str(port),
            "/tmp/schedule": str(self.folder / "schedule"),
        }
        name, *arguments = self.compose[service]["command"].split()
        program = Path(sys.executable).parent / name
        return [str(program), *(overrides.get(argument, argument) for argument in arguments)]

    def manage(self, *arguments: str) -> str:
        """Return the output of a `manage.py` command."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr[-3000:]
        return done.stdout

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
    """The services of compose.yaml that members need, and the proxy, as a context manager."""

    def __init__(
        self,
        *,
        tls: bool = False,
        maxmemory: str = "256mb",
        replicas: int = REPLICAS,
        **settings: str,
    ) -> None:
        caddy = shutil.which("caddy")
        if not caddy:
            raise ProxyMissing
        super().__init__(
            "production", tls=tls, maxmemory=maxmemory, TRUSTED_PROXIES="1", **settings
        )
        self._caddy, self._tls = caddy, tls
        self._client = ProxyClient(self.url)
        self.certificate = self.folder / "caddy" / "caddy" / "pki/authorities/local/root.crt"
        self._replicas = replicas  # of each service
        self.ports = {
            f"{service}-{n}": free_port()
            for service in ("http", "ws")
            for n in range(1, replicas + 1)
        }
        self.socket_process_names = [name for name in self.ports if name.startswith("ws-")]

    @property
    def clients(self) -> list[Caller]:
        return [self._client]

    def process_of(self, ear: EventListener) -> str:
        """Return the name of the process that serves a listener, from its `Server` header."""
        return next((name for name in ear.servers if name in self.socket_process_names), "")

    def __enter__(self) -> Self:
        super().__enter__()
        for name, port in self.ports.items():
            extra = ["--name", name] if name in self.socket_process_names else []
            self.start(name, [*self.command(name.partition("-")[0], port), *extra])
        for name in ("worker", "media", "beat"):
            self.start(name, self.command(name))
        replicas = {
            f"{service.upper()}_REPLICAS": " ".join(
                f"127.0.0.1:{port}" for name, port in self.ports.items() if name.startswith(service)
            )
            for service in ("http", "ws")
        }
        config = ("--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile")
        self.start("caddy", [self._caddy, "run", *config], **self._proxy_environment(), **replicas)
        if self._tls:
            wait_for(self.certificate.exists, within=20, name="the certificate")
            # The certificate that httpx and websockets trust in this process.
            os.environ["SSL_CERT_FILE"] = str(self.certificate)
        wait_for(self._is_up, within=START_TIMEOUT_SECONDS, name="every replica")
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
        super().__exit__(*error)

    def _proxy_environment(self) -> dict[str, str]:
        media = self.folder / "data" / "media" / "public"
        return {
            "SITE_ADDRESS": self.url,
            "MEDIA_ROOT": str(media),
            **caddy_environment(self._caddy, self.folder / "caddy"),
        }

    def _is_up(self) -> bool:
        paths = ("/health/ready", "/api/v1/events") * (2 * self._replicas)
        try:
            statuses = [httpx.get(f"{self.url}{path}", timeout=5).status_code for path in paths]
        except httpx.HTTPError:
            return False
        return set(statuses) == {httpx.codes.OK, httpx.codes.UNAUTHORIZED}

    def kill(self, name: str) -> None:
        """SIGKILL a replica, which is not started again."""
        self._programs[name].kill()
        self.socket_process_names = [
            process for process in self.socket_process_names if process != name
        ]

    def kill_web_processes(self) -> None:
        """SIGKILL every replica that is running."""
        replicas = (p for name, p in self._programs.items() if name.startswith(("http-", "ws-")))
        self._killed = [replica for replica in replicas if replica.alive()]
        for replica in self._killed:
            replica.kill()

    def restart_web_processes(self) -> None:
        """Start the killed replicas again; return when they respond."""
        for replica in self._killed:
            replica.start()
        wait_for(self._is_up, within=START_TIMEOUT_SECONDS, name="every replica")
