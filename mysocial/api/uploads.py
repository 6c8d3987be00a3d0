"""Files that come in: as a form, or as a data URL in JSON; and where they wait for a worker.

Who is signed in was asked before a byte of the body is read, and a body that says that it is too
large is refused unread. Large files go to disk as they come.
"""

import base64
import binascii
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import load_handler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser, DataAndFiles

from mysocial.api.inputs import StrictJSONParser, declared_length
from mysocial.core.errors import AppError, Invalid, TooLarge, Unavailable
from mysocial.store import IdempotentReplay

MAX_FIELD_BYTES = 1024 * 1024  # what a form may have beside its file
KEPT_SECONDS = 24 * 3600


class _Files(dict[str, Any]):
    """The files of a form. The request closes them when it ends, which removes them from disk."""

    def lists(self) -> list[tuple[str, list[Any]]]:
        """Return them as Django's requests hold them."""
        return [(name, [file]) for name, file in self.items()]


class MediaJSONParser(StrictJSONParser):
    """JSON that may hold an image as a data URL, a third larger than the image."""

    def max_bytes(self) -> int:
        return settings.IMAGE_MAX_BYTES * 4 // 3 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class ImageFormParser(BaseParser):
    """A form with an image; each field once."""

    media_type = "multipart/form-data"

    def max_bytes(self) -> int:
        """Return how many bytes its file may have."""
        return int(settings.IMAGE_MAX_BYTES)

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> "DataAndFiles[Any, Any]":
        request = parser_context["request"]
        if declared_length(request) > self.max_bytes() + MAX_FIELD_BYTES:
            raise TooLarge
        handlers = [load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS]
        try:
            parser = MultiPartParser(request.META, stream, handlers, "utf-8")
            fields, files = parser.parse()
        except RequestDataTooBig:
            raise TooLarge from None
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise Invalid(f"The form can't be read: {error}") from None
        except OSError:
            raise Invalid("The body ended too early.") from None
        pairs = [*fields.lists(), *files.lists()]
        names = [name for name, values in pairs for _ in values]
        twice = {name: "This is given twice." for name in names if names.count(name) > 1}
        if twice:
            for _, values in files.lists():
                for one in values:
                    one.close()
            raise Invalid(errors=twice)
        return DataAndFiles(
            {name: values[0] for name, values in fields.lists()},
            _Files({name: values[0] for name, values in files.lists()}),
        )


class VideoFormParser(ImageFormParser):
    """A form with an image or a video; each field once."""

    def max_bytes(self) -> int:
        return int(max(settings.IMAGE_MAX_BYTES, settings.VIDEO_MAX_BYTES))


# What a route takes beside the ordinary fields.
UPLOAD_PARSERS = {
    "image": (MediaJSONParser, ImageFormParser),
    "video": (MediaJSONParser, VideoFormParser),
}


@extend_schema_field(
    {"type": "string", "format": "binary", "description": "A file of a form, or a data URL."}
)
class MediaField(serializers.Field["UploadedFile[bytes]", Any, Any, Any]):
    """A file: of a form, or as a data URL. Neither its name nor its type is believed."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "This must be a file or a data URL in base64."
    }

    def to_internal_value(self, data: Any) -> "UploadedFile[bytes]":
        if isinstance(data, UploadedFile):
            return data
        head, found, body = data.partition(",") if isinstance(data, str) else ("", "", "")
        if not found or not head.startswith("data:") or not head.endswith(";base64"):
            self.fail("invalid")
        try:
            content = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            self.fail("invalid")
        return SimpleUploadedFile("upload", content)

    def to_representation(self, value: Any) -> Any:
        return None  # a file never goes out this way


def _incoming() -> FileSystemStorage:
    storage = storages["incoming"]
    assert isinstance(storage, FileSystemStorage)  # noqa: S101 - see STORAGES
    return storage


@contextmanager
def spooled(name: str, file: "File[bytes]") -> Iterator[None]:
    """Keep a file for the workers, on disk before the block begins; not if the block is refused.

    Where the outcome is unknown it stays: `sweep` removes what nobody asks for.
    """
    file.seek(0)
    storage = _incoming()
    storage.save(name, file)
    _sync(Path(storage.path(name)))
    try:
        yield
    except Unavailable:
        raise
    except (AppError, IdempotentReplay):
        delete_spooled(name)
        raise


def _sync(path: Path) -> None:
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_spooled(name: str) -> IO[bytes]:
    """Open a kept file, to be read and changed; `FileNotFoundError`."""
    return Path(_incoming().path(name)).open("r+b")


def delete_spooled(name: str) -> None:
    """Remove a kept file; none is fine."""
    _incoming().delete(name)


def stale_spooled() -> list[str]:
    """Return the names of the files that are kept for longer than a day."""
    before = time.time() - KEPT_SECONDS
    folder = Path(_incoming().location)
    return sorted(
        one.name for one in folder.iterdir() if one.is_file() and one.stat().st_mtime < before
    )
