"""Hosts that store and serve media files: the local disk or Cloudinary. Used by workers only.

The name of a file is chosen before it is stored, so storing and removing it can be repeated.
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

from images.content import CONTENT_TYPES
from images.models import Kind

TIMEOUT_SECONDS = 60


class Host(Protocol):
    """Stores files and serves them to everyone who knows their URL."""

    name: str

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        """Store a file as `ref`, replacing an existing one, and return its URL."""
        ...

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Open a stored file, of which `put` returned `url`.

        Raises:
            FileNotFoundError: There is no such file.
            OSError: The host is not available.
        """
        ...

    def remove(self, ref: str, *, kind: str) -> None:
        """Remove a file, in whatever format it was stored; do nothing if there is none."""
        ...


class LocalHost:
    """The local disk: files in `MEDIA_DIR/public`, served at `/media/`."""

    name = "local"

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        """Store a file and flush it to disk."""
        storage = storages["default"]
        storage.save(ref, File(file))
        with Path(storage.path(ref)).open("rb") as stored:
            os.fsync(stored.fileno())
        return str(storage.url(ref))

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Open the file on disk."""
        return Path(storages["default"].path(ref)).open("rb")

    def remove(self, ref: str, *, kind: str) -> None:
        """Delete the file from disk."""
        for name in file_names(ref):
            storages["default"].delete(name)


class CloudinaryHost:
    """Cloudinary, configured by `CLOUDINARY_URL`. It receives bytes, never a URL to fetch."""

    name = "cloudinary"

    def put(self, ref: str, file: IO[bytes], *, kind: str) -> str:
        """Upload a file, a video in chunks."""
        is_video = kind == Kind.VIDEO
        upload = cloudinary.uploader.upload_large if is_video else cloudinary.uploader.upload
        response = upload(
            file,
            public_id=_public_id(ref),
            overwrite=True,
            invalidate=True,
            filename=ref,
            **_upload_options(kind),
        )
        return str(response["secure_url"])

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Download the file from its public URL."""
        response = urllib3.request(
            "GET", url, preload_content=False, timeout=TIMEOUT_SECONDS, redirect=False
        )
        if response.status == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(ref)
        if response.status != HTTPStatus.OK:
            raise OSError(f"The host responded with status {response.status}.")
        return cast("IO[bytes]", response)

    def remove(self, ref: str, *, kind: str) -> None:
        """Delete the file. For a missing one, Cloudinary returns "not found", not an error."""
        cloudinary.uploader.destroy(_public_id(ref), invalidate=True, **_upload_options(kind))


def file_names(ref: str) -> list[str]:
    """Return all names that a file may have: processing may change its format."""
    return [f"{_public_id(ref)}{extension}" for extension in CONTENT_TYPES]


def _public_id(ref: str) -> str:
    return ref.partition(".")[0]  # Cloudinary adds the extension itself.


def _upload_options(kind: str) -> dict[str, Any]:
    """Return the account, the resource type and the timeout as options of Cloudinary's client."""
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
    """Return the host for new files."""
    return HOSTS["cloudinary" if settings.CLOUDINARY_URL else "local"]()


def get_host(name: str) -> Host:
    """Return the host that has a file; the current one if `name` is empty (not stored yet)."""
    return HOSTS[name]() if name else current_host()
