"""What comes in: JSON bodies and their fields. Whatever is sent, the answer is ours."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from mysocial.errors import Invalid, TooLarge
from mysocial.ids import ID_LENGTH

MOST_DEPTH = 20
MOST_URL = 500
GIF_URL = re.compile(r"https://([a-z0-9.-]+)/[\w./?=&%+~:,;@!$*#-]*", re.ASCII)
QUOTE, BACKSLASH = 0x22, 0x5C
PLAIN = re.compile(r"[!#-;=?-\[\]^_a-z~]+")  # what an address may hold


class JsonParser(BaseParser):
    """JSON, at most 256 KiB and 20 levels deep; anything else is a 400 or 413, never a 500."""

    media_type = "application/json"

    def most(self) -> int:
        """Return how many bytes a body may have."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        try:
            body = stream.read(self.most() + 1)
        except RequestDataTooBig:
            raise TooLarge from None
        except OSError:
            raise Invalid("The body ended too early.") from None
        if len(body) > self.most():
            raise TooLarge
        if _depth(body) > MOST_DEPTH:
            raise Invalid("The JSON is nested too deep.")
        return _decode(body) if body else {}


def _decode(body: bytes) -> Any:
    try:
        data = orjson.loads(body)
        # Of a name given twice, readers disagree which counts: what a filter in front has seen
        # need not be what we see. orjson can't tell, so the names are looked at again.
        json.loads(body, object_pairs_hook=_once, parse_int=len, parse_float=len)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    return data


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise Invalid(errors={name: "This is given twice."})
        seen.add(name)


def _depth(body: bytes) -> int:
    # Brackets within strings count too: a bound, found without parsing, is all that is needed.
    if body.count(b"[") + body.count(b"{") <= MOST_DEPTH:
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
        super().__init__(max_length=MOST_URL, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        url = str(super().to_internal_value(data))
        # Nothing but a host may stand between the slashes: readers disagree about the rest.
        found = GIF_URL.fullmatch(url)
        if url and not (found and found[1] in settings.GIF_HOSTS):
            raise serializers.ValidationError(
                f"This must be an https address at one of: {', '.join(settings.GIF_HOSTS)}."
            )
        return url


class Input(serializers.Serializer[Any]):
    """A request body: refuses unknown fields by name, and names every error at once.

    By itself it is the input of a route that takes none.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["This must be a JSON object."]})
        wrong: dict[str, Any] = {}
        for name, value in data.items():
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


class Switch(serializers.BooleanField):
    """True or false, and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def parse(kind: type[Input], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """Return the validated body; raises with every field's error at once."""
    data = kind(data=request.data, partial=partial)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)
