"""Input of the API: parsers of request bodies, fields and strict serializers."""

import functools
import re
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from mysocial.api.json_body import decode_json
from mysocial.api.problems import MAX_ERRORS
from mysocial.core.errors import Invalid, TooLarge
from mysocial.core.ids import ID_LENGTH

MAX_URL_LENGTH = 500
GIF_URL = re.compile(r"https://([a-z0-9.-]+)/[\w./?=&%+~:,;@!$*#-]*", re.ASCII | re.IGNORECASE)


def declared_length(request: HttpRequest | Request) -> int:
    """Return the declared length of a body that has not been read, in bytes.

    A body in chunks has none; `body_encoding` refuses it.
    """
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    return int(length[:20]) if length.isdecimal() else 0


class IgnoredBodyParser(BaseParser):
    """Ignores a body of any size without reading it."""

    def max_body_bytes(self) -> int:
        """Return the maximum size of a body that is read."""
        return 0

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        return {}


class IgnoredFormParser(IgnoredBodyParser):
    """Ignores a URL-encoded form."""

    media_type = "application/x-www-form-urlencoded"


class IgnoredMultipartParser(IgnoredBodyParser):
    """Ignores a multipart form."""

    media_type = "multipart/form-data"


class StrictJSONParser(BaseParser):
    """Parses JSON of at most 256 KiB, 20 levels and 50,000 values.

    Raises `Invalid` (400) or `TooLarge` (413) for any other body.
    """

    media_type = "application/json"
    too_large = ""  # the detail of the error for a body that is too large; empty for the usual one

    def max_body_bytes(self) -> int:
        """Return the maximum size of a body."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        if parser_context and declared_length(parser_context["request"]) > self.max_body_bytes():
            raise TooLarge(self.too_large)
        try:
            body = stream.read(self.max_body_bytes() + 1)
        except RequestDataTooBig:
            raise TooLarge(self.too_large) from None
        except OSError:
            raise Invalid("The body ended too early.") from None
        if len(body) > self.max_body_bytes():
            raise TooLarge(self.too_large)
        return self.decode(body) if body else {}

    def decode(self, body: bytes) -> Any:
        """Return the value of a body that is not empty."""
        return decode_json(body)


class IdField(serializers.RegexField):
    """The id of a record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(rf"^[0-9a-f]{{{ID_LENGTH}}}$", **kwargs)
        self.error_messages["invalid"] = "This is not a valid id."


class GifField(serializers.CharField):
    """The address of a GIF at an allowed host; any other host could track the readers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_URL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        url = str(super().to_internal_value(data))
        # Only a host name may precede the path: parsers disagree about ports and credentials.
        match = GIF_URL.fullmatch(url)
        if url and not (match and match[1].lower() in settings.GIF_HOSTS):
            raise serializers.ValidationError(
                f"This must be an https address at one of: {', '.join(settings.GIF_HOSTS)}."
            )
        return url


@functools.cache
def _shared_fields(serializer_class: "type[StrictSerializer]", partial: bool) -> Any:
    """Return the bound fields of a serializer class; DRF's copies take a tenth of a write."""
    serializer = serializer_class(partial=partial)
    fields = serializers.Serializer.fields.func(serializer)  # type: ignore[attr-defined]
    vars(serializer)["fields"] = fields
    return fields


class StrictSerializer(serializers.Serializer[Any]):
    """A request body that rejects unknown fields and reports all errors at once.

    Used by itself, it is the body of a route that takes no fields. The fields are created once per
    class and hold no state of a request.
    """

    requires_all = False  # whether a PATCH must have all required fields

    @functools.cached_property
    def fields(self) -> Any:
        """The fields by name, shared by all serializers of this class."""
        return _shared_fields(type(self), self.partial)

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return errors that depend on several fields, to be reported with those of the fields."""
        return {}

    def field_error(self, name: str, code: str) -> dict[str, Any]:
        """Return a field's own error with this code."""
        return {name: [serializers.ErrorDetail(self.fields[name].error_messages[code], code)]}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["This must be a JSON object."]})
        errors = self.extra_errors(data)
        for name, value in data.items():
            if len(errors) >= MAX_ERRORS:
                break  # no more are reported, and each takes time
            field = self.fields.get(name)
            if field is None:
                errors[name] = [serializers.ErrorDetail("Unknown field.", "unknown")]
            elif isinstance(field, serializers.CharField) and not isinstance(value, str | None):
                # DRF would convert numbers to text.
                errors[name] = [serializers.ErrorDetail("This must be a string.", "invalid")]
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            field_errors = cast("dict[str, Any]", error.detail)
            raise serializers.ValidationError({**field_errors, **errors}) from None
        if errors:
            raise serializers.ValidationError(errors)
        return values


class StrictBooleanField(serializers.BooleanField):
    """A JSON boolean; DRF's own field also accepts strings and numbers."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def validated_body(
    serializer_class: type[StrictSerializer], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the validated body of a request.

    Raises:
        ValidationError: The body is invalid; it holds the errors of all fields.
    """
    serializer = serializer_class(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
