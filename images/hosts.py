"""Hosts that store and serve media files: the local disk, S3 or Cloudinary. Used by workers only.

The name of a file is chosen before it is stored, so storing and removing it can be repeated.
"""

import io
import os
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import cloudinary.uploader
import urllib3
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages

from images.content import CONTENT_TYPES
from images.models import Kind
from images.processing.limits import SIZE_EXTENSION as EXTENSION
from images.processing.limits import SIZE_NAMES

TIMEOUT_SECONDS = 60


class SizeFile(NamedTuple):
    """A smaller size of a picture, with its file."""

    name: str
    width: int
    height: int
    content: bytes
    is_of_moving: bool = False


class Addresses(NamedTuple):
    """The addresses of a stored file and of its sizes by name."""

    url: str
    sizes: dict[str, str]


class Host(Protocol):
    """Stores files and serves them to everyone who knows their URL."""

    name: str

    def put(
        self, ref: str, file: IO[bytes], *, kind: str, sizes: Sequence[SizeFile] = ()
    ) -> Addresses:
        """Store a file as `ref` and its sizes, replacing existing ones; return the addresses."""
        ...

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Open a stored file, of which `put` returned `url`.

        Raises:
            FileNotFoundError: There is no such file.
            OSError: The host is not available.
        """
        ...

    def remove(self, ref: str, *, kind: str) -> None:
        """Remove a file and its sizes, in whatever format; do nothing if there is none."""
        ...


class LocalHost:
    """The local disk: files in `MEDIA_DIR/public`, served at `/media/`."""

    name = "local"

    def put(
        self, ref: str, file: IO[bytes], *, kind: str, sizes: Sequence[SizeFile] = ()
    ) -> Addresses:
        """Store the files and flush them to disk."""
        names = {size.name: size_name(ref, size.name) for size in sizes}
        for size in sizes:
            self._save(names[size.name], io.BytesIO(size.content))
        self._save(ref, file)
        url = storages["default"].url
        return Addresses(url(ref), {name: url(file_name) for name, file_name in names.items()})

    @staticmethod
    def _save(name: str, file: IO[bytes]) -> None:
        storage = storages["default"]
        storage.save(name, File(file))
        with Path(storage.path(name)).open("rb") as stored:
            os.fsync(stored.fileno())

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Open the file on disk."""
        return Path(storages["default"].path(ref)).open("rb")

    def remove(self, ref: str, *, kind: str) -> None:
        """Delete the files from disk."""
        for name in file_names(ref):
            storages["default"].delete(name)


class S3Host:
    """A private bucket with the API of S3. Its files are served at `/media/`, by redirection."""

    name = "s3"

    def put(
        self, ref: str, file: IO[bytes], *, kind: str, sizes: Sequence[SizeFile] = ()
    ) -> Addresses:
        """Upload the files; the addresses are those of this site."""
        names = {size.name: size_name(ref, size.name) for size in sizes}
        for size in sizes:
            self._save(names[size.name], io.BytesIO(size.content))
        self._save(ref, file)
        path = settings.MEDIA_URL
        return Addresses(f"{path}{ref}", {size: f"{path}{name}" for size, name in names.items()})

    @staticmethod
    def _save(name: str, file: IO[bytes]) -> None:
        content = File(file)
        content.content_type = CONTENT_TYPES[Path(name).suffix]  # type: ignore[attr-defined]
        storages["s3"].save(name, content)

    def open(self, ref: str, *, url: str) -> IO[bytes]:
        """Download the file."""
        return cast("IO[bytes]", storages["s3"].open(ref))

    def remove(self, ref: str, *, kind: str) -> None:
        """Delete the files in one request, which succeeds for missing ones, too."""
        objects = [{"Key": name} for name in file_names(ref)]
        response = cast("Any", storages["s3"]).bucket.delete_objects(
            Delete={"Objects": objects, "Quiet": True}
        )
        if response.get("Errors"):
            raise OSError("The bucket did not delete all files.")


class CloudinaryHost:
    """Cloudinary, configured by `CLOUDINARY_URL`. It receives bytes, never a URL to fetch."""

    name = "cloudinary"

    def put(
        self, ref: str, file: IO[bytes], *, kind: str, sizes: Sequence[SizeFile] = ()
    ) -> Addresses:
        """Upload a file, a video in chunks. Cloudinary makes the sizes itself, at once."""
        is_video = kind == Kind.VIDEO
        upload = cloudinary.uploader.upload_large if is_video else cloudinary.uploader.upload
        response = upload(
            file,
            public_id=_public_id(ref),
            overwrite=True,
            invalidate=True,
            filename=ref,
            **({"eager": [_transformation(size, kind) for size in sizes]} if sizes else {}),
            **_upload_options(kind),
        )
        made = zip(sizes, response.get("eager", ()), strict=False)
        return Addresses(
            str(response["secure_url"]), {size.name: str(file["secure_url"]) for size, file in made}
        )

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
        """Delete the file with its sizes. A missing one is "not found", which is no error."""
        cloudinary.uploader.destroy(_public_id(ref), invalidate=True, **_upload_options(kind))


def file_names(ref: str) -> list[str]:
    """Return all names that a file and its sizes may have: processing may change the format."""
    sizes = [size_name(ref, name) for name in SIZE_NAMES]
    return [*sizes, *(f"{_public_id(ref)}{extension}" for extension in CONTENT_TYPES)]


def size_name(ref: str, size: str) -> str:
    """Return the name of the file of a size."""
    return f"{_public_id(ref)}-{size}.{EXTENSION}"


def _public_id(ref: str) -> str:
    return ref.partition(".")[0]  # Cloudinary adds the extension itself.


def _transformation(size: SizeFile, kind: str) -> dict[str, Any]:
    """Return what Cloudinary makes a size of; of a video or an animation, the first picture."""
    first = {"start_offset": "0"} if kind == Kind.VIDEO else {"page": 1}
    scaled = {"width": size.width, "height": size.height, "crop": "scale", "format": EXTENSION}
    return {**scaled, **first} if size.is_of_moving else scaled


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


HOSTS: dict[str, Callable[[], Host]] = {
    "local": LocalHost,
    "s3": S3Host,
    "cloudinary": CloudinaryHost,
}


def current_host() -> Host:
    """Return the host for new files."""
    if settings.CLOUDINARY_URL:
        return CloudinaryHost()
    return S3Host() if settings.S3_BUCKET else LocalHost()


def get_host(name: str) -> Host:
    """Return the host that has a file; the current one if `name` is empty (not stored yet)."""
    return HOSTS[name]() if name else current_host()
