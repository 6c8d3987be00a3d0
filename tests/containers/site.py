"""The site of compose.yaml in containers, from a copy of the checkout."""

import json
import os
import secrets
import shutil
import signal
from pathlib import Path

from tests.containers.engine import run

ROOT = Path(__file__).parents[2]
# The others could be settings of MySocial, which are for `.env`.
KEPT_VARIABLES = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG")

OVERRIDE = """\
# Only this machine can connect.
services:
  proxy:
    ports: !override ["127.0.0.1:{http}:80", "127.0.0.1:{https}:443"]
"""


class Site:
    """One site, with its own `.env`."""

    def __init__(self, folder: Path, http_port: int, https_port: int) -> None:
        self.folder = folder / "checkout"
        self.backups = folder / "backups"
        self.url = f"https://localhost:{https_port}"
        self._copy_checkout()
        self.certificate = folder / "root.crt"
        settings = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FLOWER_PASSWORD": secrets.token_urlsafe(24),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            "PUBLIC_URL": self.url,
            "ALLOWED_ORIGINS": self.url,
            "RATE_LIMITS": "0",
        }
        env = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.folder / ".env").write_text(env)
        (self.folder / "compose.override.yaml").write_text(
            OVERRIDE.format(http=http_port, https=https_port)
        )
        self.backups.mkdir()
        os.chown(self.backups, 10001, 10001)

    def _copy_checkout(self) -> None:
        """Copy the files of the checkout that Git knows, as they are now."""
        names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
        for name in filter(None, names.split("\0")):
            source, target = ROOT / name, self.folder / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)

    def compose(self, *arguments: str) -> str:
        return self._run("docker", "compose", *arguments)

    def _run(self, *command: str) -> str:
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        return run(*command, cwd=self.folder, env=environment)

    def base_images(self) -> list[str]:
        """Return the images that are not built from the checkout."""
        config = json.loads(self.compose("config", "--format", "json"))
        images = {service["image"] for service in config["services"].values()}
        dockerfile = (self.folder / "Dockerfile").read_text()
        python = dockerfile.partition("ARG PYTHON_IMAGE=")[2].partition("\n")[0]
        return sorted({image for image in images if not image.startswith("mysocial:")} | {python})

    def start(self) -> None:
        """Start everything that does not run, and fetch the certificate of the proxy."""
        self.compose("up", "--detach", "--wait")
        source = "proxy:/data/caddy/pki/authorities/local/root.crt"
        self.compose("cp", source, str(self.certificate))

    def upgrade(self) -> None:
        """Upgrade as docs/deploy.md says, to an image that differs in one file."""
        (self.folder / "mysocial" / "upgraded.txt").write_text(secrets.token_hex(8))
        self._run("sh", "deploy/upgrade.sh")

    def manage(self, *arguments: str) -> str:
        return self.compose("exec", "-T", "worker", "python", "manage.py", *arguments)

    def kill(self, service: str) -> None:
        """Kill the first process of a container, as a crash would: the engine starts it again."""
        container = self.compose("ps", "--quiet", service).split()[0]
        pid = run("docker", "inspect", "--format", "{{.State.Pid}}", container)
        os.kill(int(pid), signal.SIGKILL)

    def backup(self) -> None:
        self.compose(
            *("run", "--rm", "--no-deps", "-T", "-v", f"{self.backups}:/backups"),
            *("worker", "python", "manage.py", "backup", "/backups", "--keep", "3"),
        )

    def restore(self) -> None:
        """Restore the newest backup into new volumes."""
        newest = max(self.backups.iterdir()).name
        self.compose("up", "--detach", "--wait", "redis", "mongo")
        self.compose(
            *("run", "--rm", "--no-deps", "-T", "-v", f"{self.backups}:/backups:ro"),
            *("worker", "python", "manage.py", "restore", f"/backups/{newest}"),
        )

    def delete(self) -> None:
        """Delete the containers and volumes."""
        self.compose("down", "--volumes", "--timeout", "10")

    def logs(self) -> str:
        """Return the last lines of all services but MongoDB, which writes several a second."""
        services = self.compose("config", "--services").split()
        return self.compose("logs", "--tail", "20", *(name for name in services if name != "mongo"))
