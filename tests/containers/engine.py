"""A container engine: the one of this machine, or one made from Debian's packages."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGES = ("docker.io", "iptables", "mmdebstrap")
DEBIAN_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
# Debian 12 has version 1 of Compose, which names containers differently.
COMPOSE_RELEASE, COMPOSE_PACKAGE = "trixie", "docker-compose"
START_SECONDS = 60


class NoEngine(Exception):
    """This machine has no container engine, and none can be made."""


def run(*command: str, seconds: float = 600, **options: object) -> str:
    """Run a command and return its output.

    Raises:
        RuntimeError: It failed; the message has the end of its output.
    """
    done = subprocess.run(  # type: ignore[call-overload]
        command, capture_output=True, text=True, check=False, timeout=seconds, **options
    )
    if done.returncode:
        output = f"{done.stdout}\n{done.stderr}".strip()
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{output[-3000:]}")
    return str(done.stdout)


def apt_options(folder: Path) -> list[str]:
    """Return options for apt that use the packages of a newer Debian, in a folder of their own."""
    sources = folder / f"{COMPOSE_RELEASE}.sources"
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    sources.write_text(DEBIAN_SOURCES.read_text().replace("bookworm", COMPOSE_RELEASE))
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
    }
    return [option for name, value in settings.items() for option in ("-o", f"{name}={value}")]


def _works() -> bool:
    with suppress(OSError, RuntimeError):
        run("docker", "info", seconds=20)
        run("docker", "compose", "version", seconds=20)
        return True
    return False


@contextmanager
def engine(folder: Path) -> Iterator[str]:
    """Provide an engine for the block; yield where it is from.

    Raises:
        NoEngine: There is none, and none can be made here.
    """
    if _works():
        yield "of this machine"
        return
    if os.geteuid() != 0 or not shutil.which("apt-get") or not DEBIAN_SOURCES.exists():
        raise NoEngine(
            "Docker with Compose is not installed. To make an engine, run as root on Debian."
        )
    try:
        _install(folder)
        daemon = _start_daemon(folder)
    except RuntimeError as error:
        raise NoEngine(str(error)) from error
    try:
        yield "made from packages"
    finally:
        _stop_daemon(daemon, folder)


def _install(folder: Path) -> None:
    if not all(shutil.which(name) for name in ("dockerd", "iptables", "mmdebstrap")):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    options = apt_options(folder)
    run("apt-get", *options, "update", "-qq")
    run("apt-get", *options, "download", "-qq", COMPOSE_PACKAGE, cwd=folder)
    (package,) = folder.glob(f"{COMPOSE_PACKAGE}_*.deb")
    run("dpkg", "-x", str(package), str(folder / "compose"))
    (plugin,) = (folder / "compose").glob("usr/libexec/docker/cli-plugins/docker-compose")
    plugins = folder / "config" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    shutil.copy(plugin, plugins)
    os.environ["DOCKER_CONFIG"] = str(folder / "config")


def _start_daemon(folder: Path) -> subprocess.Popen[bytes]:
    host = f"unix://{folder / 'docker.sock'}"
    os.environ["DOCKER_HOST"] = host
    folders = ("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"))
    command = ["dockerd", *folders, "--pidfile", str(folder / "pid"), "--host", host]
    with (folder / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while not _works():
        if daemon.poll() is not None or time.monotonic() > deadline:
            daemon.kill()
            raise RuntimeError((folder / "dockerd.log").read_text()[-3000:])
        time.sleep(0.5)
    return daemon


def _stop_daemon(daemon: subprocess.Popen[bytes], folder: Path) -> None:
    """Stop the daemon, and remove what it changed on this machine."""
    daemon.send_signal(signal.SIGTERM)
    daemon.wait(60)
    for command in (
        ("umount", str(folder / "data")),
        ("ip", "link", "delete", "docker0"),
        ("iptables", "-P", "FORWARD", "ACCEPT"),
    ):
        subprocess.run(command, capture_output=True, check=False)
