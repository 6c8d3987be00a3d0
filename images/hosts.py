"""Who has the files that are shown: this disk, or Cloudinary. Asked by workers only.

A file is handed over under a name that was chosen before, so both verbs may be repeated.
"""

import os
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Protocol, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import cloudinary.uploader
import urllib3
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages

from images.models import Kind

TIMEOUT_SECONDS = 60


class Host(Protocol):
    """Keeps files and shows them to whoever has their address."""

    name: str

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        """Keep a file as `ref`, in the place of one that was there; return its address."""
        ...

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Open a file that is kept, whose address `put` returned; `FileNotFoundError`."""
        ...

    def remove(self, ref: str, *, kind: str) -> None:
        """Remove a file; none is fine."""
        ...


class LocalHost:
    """This disk: `MEDIA_DIR/public`, served at `/media/`."""

    name = "local"

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        storage = storages["default"]
        storage.save(ref, File(file))
        with Path(storage.path(ref)).open("rb") as kept:
            os.fsync(kept.fileno())
        return str(storage.url(ref))

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        return Path(storages["default"].path(ref)).open("rb")

    def remove(self, ref: str, *, kind: str) -> None:
        storages["default"].delete(ref)


class CloudinaryHost:
    """Cloudinary, by `CLOUDINARY_URL`. It is given bytes, never an address to fetch from."""

    name = "cloudinary"

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        verb = (
            cloudinary.uploader.upload_large if kind == Kind.VIDEO else cloudinary.uploader.upload
        )
        answer = verb(
            file, public_id=_public_id(ref), overwrite=True, invalidate=True, filename=ref,
            **_account(kind),
        )  # fmt: skip
        return str(answer["secure_url"])

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        answer = urllib3.request(
            "GET", url, preload_content=False, timeout=TIMEOUT_SECONDS, redirect=False
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(ref)
        if answer.status != HTTPStatus.OK:
            raise OSError(f"The host answered {answer.status}.")
        return cast("IO[bytes]", answer)

    def remove(self, ref: str, *, kind: str) -> None:
        # Of one that is not there it says "not found", which is as good.
        cloudinary.uploader.destroy(_public_id(ref), invalidate=True, **_account(kind))


def _public_id(ref: str) -> str:
    return ref.partition(".")[0]  # Cloudinary names the format itself


def _account(kind: str) -> dict[str, Any]:
    url = urlsplit(settings.CLOUDINARY_URL)
    return {
        **dict(parse_qsl(url.query)),
        "cloud_name": url.hostname,
        "api_key": unquote(url.username or ""),
        "api_secret": unquote(url.password or ""),
        "resource_type": kind,
        "timeout": TIMEOUT_SECONDS,
    }


HOSTS: dict[str, Callable[[], Host]] = {"local": LocalHost, "cloudinary": CloudinaryHost}


def current_host() -> Host:
    """Return the host that new files go to."""
    return HOSTS["cloudinary" if settings.CLOUDINARY_URL else "local"]()


def get_host(name: str) -> Host:
    """Return the host that has a file; of one that was never handed over, the current one."""
    return HOSTS[name]() if name else current_host()
