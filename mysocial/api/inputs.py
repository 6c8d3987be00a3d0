"""What comes in: JSON bodies and their fields. Whatever is sent, the answer is ours."""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any, cast

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from mysocial.api.problems import MAX_ERRORS
from mysocial.core.errors import Invalid, TooLarge
from mysocial.core.ids import ID_LENGTH

MAX_DEPTH = 20
MAX_URL_LENGTH = 500
GIF_URL = re.compile(r"https://([a-z0-9.-]+)/[\w./?=&%+~:,;@!$*#-]*", re.ASCII)
QUOTE, BACKSLASH = 0x22, 0x5C


def declared_length(request: HttpRequest | Request) -> int:
    """Return how large a body says that it is, of which nothing is read yet.

    One that does not say so, as in chunks, is empty to Django.
    """
    said = str(request.META.get("CONTENT_LENGTH") or 0)
    return int(said[:20]) if said.isdecimal() else 0


class IgnoredBodyParser(BaseParser):
    """A body that means nothing, of whatever size: it is not looked at."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        return {}


class IgnoredFormParser(IgnoredBodyParser):
    """A form of fields that are not needed."""

    media_type = "application/x-www-form-urlencoded"


class IgnoredMultipartParser(IgnoredBodyParser):
    """A form of files that are not needed."""

    media_type = "multipart/form-data"


class StrictJSONParser(BaseParser):
    """JSON, at most 256 KiB and 20 levels deep; anything else is a 400 or 413, never a 500."""

    media_type = "application/json"

    def max_bytes(self) -> int:
        """Return how many bytes a body may have."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        if parser_context and declared_length(parser_context["request"]) > self.max_bytes():
            raise TooLarge
        try:
            body = stream.read(self.max_bytes() + 1)
        except RequestDataTooBig:
            raise TooLarge from None
        except OSError:
            raise Invalid("The body ended too early.") from None
        if len(body) > self.max_bytes():
            raise TooLarge
        if _depth(body) > MAX_DEPTH:
            raise Invalid("The JSON is nested too deep.")
        return _decode(body) if body else {}


def _decode(body: bytes) -> Any:
    try:
        data = orjson.loads(body)
        # Of a name given twice, readers disagree which counts: what a filter in front has seen
        # need not be what we see. orjson can't tell, so the names are looked at again.
        json.loads(body, object_pairs_hook=_reject_duplicate_names, parse_int=len, parse_float=len)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    return data


def _reject_duplicate_names(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise Invalid(errors={name: "This is given twice."})
        seen.add(name)


def _depth(body: bytes) -> int:
    # Brackets within strings count too: a bound, found without parsing, is all that is needed.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    quoted = escaped = False
    for char in body:
        if quoted:
            quoted = escaped or char != QUOTE
            escaped = char == BACKSLASH and not escaped
        elif char == QUOTE:
            quoted = True
        elif char in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"]}":
            depth -= 1
    return deepest


class IdField(serializers.RegexField):
    """The id of a record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(rf"^[0-9a-f]{{{ID_LENGTH}}}$", **kwargs)
        self.error_messages["invalid"] = "This is not an id of ours."


class GifField(serializers.CharField):
    """The address of a GIF at a host that we know: any other could track whoever looks at it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_URL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        url = str(super().to_internal_value(data))
        # Nothing but a host may stand between the slashes: readers disagree about the rest.
        found = GIF_URL.fullmatch(url)
        if url and not (found and found[1] in settings.GIF_HOSTS):
            raise serializers.ValidationError(
                f"This must be an https address at one of: {', '.join(settings.GIF_HOSTS)}."
            )
        return url


@functools.cache
def _fields_of(kind: "type[StrictSerializer]", partial: bool) -> Any:
    """Return the fields of a kind of body. DRF copies them for each: a tenth of a write."""
    made = kind(partial=partial)
    fields = serializers.Serializer.fields.func(made)  # type: ignore[attr-defined]
    vars(made)["fields"] = fields
    return fields


class StrictSerializer(serializers.Serializer[Any]):
    """A request body: refuses unknown fields by name, and names every error at once.

    By itself it is the input of a route that takes none. A PATCH may leave fields out, unless it
    is `whole`. Its fields are made once, and keep nothing of what they have read.
    """

    requires_all = False

    @functools.cached_property
    def fields(self) -> Any:
        """The fields by name; they are bound to a body of this kind that was not sent."""
        return _fields_of(type(self), self.partial)

    def extra_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wrong that no field sees by itself, to be named along with the rest."""
        return {}

    def field_error(self, name: str, code: str) -> dict[str, Any]:
        """Return an error of a field, in its own words."""
        return {name: [serializers.ErrorDetail(self.fields[name].error_messages[code], code)]}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["This must be a JSON object."]})
        wrong = self.extra_errors(data)
        for name, value in data.items():
            if len(wrong) >= MAX_ERRORS:
                break  # no more are named, and each costs time
            field = self.fields.get(name)
            if field is None:
                wrong[name] = [serializers.ErrorDetail("There is no such field.", "unknown")]
            elif isinstance(field, serializers.CharField) and not isinstance(value, str | None):
                # DRF takes numbers for text.
                wrong[name] = [serializers.ErrorDetail("This must be a string.", "invalid")]
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            found = cast("dict[str, Any]", error.detail)
            raise serializers.ValidationError({**found, **wrong}) from None
        if wrong:
            raise serializers.ValidationError(wrong)
        return values


class StrictBooleanField(serializers.BooleanField):
    """True or false, and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def validated_body(
    kind: type[StrictSerializer], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the validated body; raises with every field's error at once."""
    data = kind(data=request.data, partial=partial)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)
