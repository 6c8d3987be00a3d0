"""Uploads: parsers of forms with files, and the field of a file.

Authentication runs before the body is read, and a body whose declared length is too large is
refused unread. Large files are written to disk while they arrive.
"""

import base64
import binascii
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import load_handler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser, DataAndFiles

from mysocial.api.inputs import StrictJSONParser, declared_length
from mysocial.api.json_body import REPEATED, decode_json_with_file
from mysocial.core.errors import Invalid, TooLarge

MAX_FIELD_BYTES = 1024 * 1024  # of a form, in addition to its file
MAX_DATA_URL_IMAGE_BYTES = 10 * 1024 * 1024  # the whole body is in memory, unlike a form
MAX_PARTS = 32  # of a form; Django reads parts without a name without counting them


class _Files(dict[str, Any]):
    """The files of a form. The request closes them when it ends, which deletes them from disk."""

    def lists(self) -> list[tuple[str, list[Any]]]:
        """Return them in the form of Django's `MultiValueDict`."""
        return [(name, [file]) for name, file in self.items()]


class MediaJSONParser(StrictJSONParser):
    """Parses JSON that may hold an image as a data URL, a third larger than the image.

    Only that string may be large: all the rest has at most 256 KiB.
    """

    too_large = "The request body is too large. Send an image of more than 10 MiB as a form."

    def max_body_bytes(self) -> int:
        image_bytes = min(settings.IMAGE_MAX_BYTES, MAX_DATA_URL_IMAGE_BYTES)
        return image_bytes * 4 // 3 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def decode(self, body: bytes) -> Any:
        return decode_json_with_file(body, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class _BoundedForm:
    """The body of a form; raises `Invalid` when it has more than `MAX_PARTS` parts."""

    def __init__(self, stream: Any, content_type: str) -> None:
        _, options = parse_header_parameters(content_type)
        self._stream = stream
        self._delimiter = b"--" + str(options.get("boundary", "")).encode()
        self._end, self._delimiters = b"", 0  # the end of what was read may be half a delimiter

    def read(self, size: int) -> bytes:
        """Read from the body."""
        chunk: bytes = self._stream.read(size)
        text = self._end + chunk
        self._delimiters += text.count(self._delimiter)
        self._end = text[max(0, len(text) - len(self._delimiter) + 1) :]
        if self._delimiters > MAX_PARTS + 1:  # the last one ends the form
            raise Invalid(f"A form may have at most {MAX_PARTS} parts.")
        return chunk


class ImageFormParser(BaseParser):
    """Parses a form with an image, in which each name may occur once."""

    media_type = "multipart/form-data"

    def max_bytes(self) -> int:
        """Return the maximum size of the file."""
        return int(settings.IMAGE_MAX_BYTES)

    def max_body_bytes(self) -> int:
        """Return the maximum size of a form."""
        return self.max_bytes() + MAX_FIELD_BYTES

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> "DataAndFiles[Any, Any]":
        request = parser_context["request"]
        if declared_length(request) > self.max_body_bytes():
            raise TooLarge
        handlers = [load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS]
        try:
            form = _BoundedForm(stream, request.META["CONTENT_TYPE"])
            # Django replaces bytes that are not UTF-8; every byte is a character of Latin-1.
            parser = MultiPartParser(request.META, cast("Any", form), handlers, "latin-1")
            fields, files = parser.parse()
        except RequestDataTooBig:
            raise TooLarge from None
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise Invalid(f"Invalid form: {error}") from None
        except OSError:
            raise Invalid("The body ended too early.") from None
        _reject_repeated_names(fields, files)
        return DataAndFiles(
            _decode_fields(fields, files),
            _Files({name: values[0] for name, values in files.lists()}),
        )


class VideoFormParser(ImageFormParser):
    """Parses a form with an image or a video, in which each name may occur once."""

    def max_bytes(self) -> int:
        return int(max(settings.IMAGE_MAX_BYTES, settings.VIDEO_MAX_BYTES))


# The parsers of a route by the kind of file that it accepts.
UPLOAD_PARSERS = {
    "image": (MediaJSONParser, ImageFormParser),
    "video": (MediaJSONParser, VideoFormParser),
}


def _decode_fields(fields: Any, files: Any) -> dict[str, str]:
    """Return the texts of a form, which are UTF-8.

    Raises:
        Invalid: One of them is not; the error names it.
    """
    texts, errors = {}, {}
    for name, values in fields.lists():
        try:
            texts[name] = values[0].encode("latin-1").decode()
        except UnicodeDecodeError:
            errors[name] = "This is not valid UTF-8."
    if errors:
        _close_files(files)
        raise Invalid(errors=errors)
    return texts


def _close_files(files: Any) -> None:
    for _, values in files.lists():
        for file in values:
            file.close()


def _reject_repeated_names(fields: Any, files: Any) -> None:
    pairs = [*fields.lists(), *files.lists()]
    names = [name for name, values in pairs for _ in values]
    errors = {name: REPEATED for name in names if names.count(name) > 1}
    if errors:
        _close_files(files)
        raise Invalid(errors=errors)


@extend_schema_field(
    {"type": "string", "format": "binary", "description": "A file of a form, or a data URL."}
)
class MediaField(serializers.Field["UploadedFile[bytes]", Any, Any, Any]):
    """A file from a form or a base64 data URL. Its declared name and type are not trusted."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "This must be a file or a base64 data URL."
    }

    def to_internal_value(self, data: Any) -> "UploadedFile[bytes]":
        if isinstance(data, UploadedFile):
            return data
        head, comma, body = data.partition(",") if isinstance(data, str) else ("", "", "")
        if not comma or not head.startswith("data:") or not head.endswith(";base64"):
            self.fail("invalid")
        try:
            content = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            self.fail("invalid")
        return SimpleUploadedFile("upload", content)

    def to_representation(self, value: Any) -> Any:
        return None  # responses never contain a file
