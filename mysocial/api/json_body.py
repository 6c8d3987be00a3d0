"""JSON bodies: strict decoding, bounded before any value is made of it.

A body may hold one large string, an image as a data URL. It is cut out of the bytes and decoded in
windows; what remains is decoded like any other body.
"""

import binascii
import json
import re
import secrets
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NoReturn

import orjson
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile

from mysocial.core.errors import Invalid, TooLarge

MAX_DEPTH = 20
MAX_VALUES = 50_000
MAX_INT_DIGITS = 20  # with the sign; integers have at most 64 bits
MIN_INT, MAX_INT = -(2**63), 2**64 - 1
REPEATED = "This is given more than once."
TOO_DEEP = "The JSON is nested too deep."

# A string, or what begins like one. It matches at every quotation mark and never backtracks, so
# that the time is linear for any input.
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# The escape sequences are those that encoders of JSON use for the characters of base64.
ESCAPES = (
    (rb"\/", b"/"), (rb"\u002f", b"/"), (rb"\u002F", b"/"), (rb"\u002b", b"+"),
    (rb"\u002B", b"+"), (rb"\u003d", b"="), (rb"\u003D", b"="),
)  # fmt: skip
DATA_URL = re.compile(rb'"data:(?:[^"\\,]|\\/){0,200};base64,')
MAX_ESCAPE_LENGTH = 6
MIN_BYTES_PER_ESCAPE = 16  # more escape sequences take too long to read
WINDOW_BYTES = 64 * 1024


def decode_json(body: bytes) -> Any:
    """Return the value of a body.

    Raises:
        Invalid: The body is not valid JSON, or has too many levels or values.
    """
    return _decode(body, _decoder)


def decode_json_with_file(body: bytes, max_bytes: int) -> Any:
    """Return the value of a body that may hold one large string, a data URL, as an uploaded file.

    Args:
        body: The body.
        max_bytes: The maximum size of the body without that string.

    Raises:
        Invalid: As in `decode_json`, or the data URL is not valid base64.
        TooLarge: The body is larger than `max_bytes` without its data URL.
    """
    if len(body) <= max_bytes:
        return decode_json(body)
    start, end = _find_large_string(body, max_bytes)
    file = _decode_data_url(memoryview(body)[start:end])
    # A number stands for the string. Nobody can guess it, and it is no valid name of a member.
    mark = f"0.{secrets.randbits(128)}"
    decoder = _make_decoder(lambda text: file if text == mark else _parse_float(text))
    return _decode(b"".join((body[:start], mark.encode(), body[end:])), decoder)


def _find_large_string(body: bytes, max_bytes: int) -> tuple[int, int]:
    """Return the position of the string without which the body has at most `max_bytes`.

    Raises:
        TooLarge: There is no such string.
    """
    if body.count(b"\\") > len(body) // MIN_BYTES_PER_ESCAPE:
        raise TooLarge
    for match in STRING.finditer(body):
        start, end = match.span()
        if len(body) - (end - start) <= max_bytes:
            return start, end
        if start > max_bytes:
            break
    raise TooLarge


def _decode_data_url(string: memoryview) -> "UploadedFile[bytes]":
    """Return the content of a JSON string that is a data URL.

    Raises:
        Invalid: It is not valid base64.
        TooLarge: The string is something else; no other string may be large.
    """
    head = DATA_URL.match(string)
    if head is None:
        raise TooLarge
    content = BytesIO()
    try:
        for text in _unescaped_windows(string[head.end() : -1]):
            content.write(binascii.a2b_base64(text, strict_mode=True))
    except binascii.Error:
        raise Invalid("The data URL is not valid base64.") from None
    size = content.tell()
    content.seek(0)
    return InMemoryUploadedFile(content, None, "upload", None, size, None)


def _unescaped_windows(string: memoryview) -> Iterator[bytes]:
    """Yield base64 in portions of whole groups of four characters; only the last has padding."""
    carry, is_padded = b"", False
    for start in range(0, len(string), WINDOW_BYTES):
        window = carry + bytes(string[start : start + WINDOW_BYTES])
        cut = window.rfind(b"\\", len(window) - MAX_ESCAPE_LENGTH + 1)
        if cut < 0 or start + WINDOW_BYTES >= len(string):
            cut = len(window)  # else the window may end within an escape sequence
        text = _unescape(window[:cut])
        whole = len(text) // 4 * 4
        if text and is_padded:
            raise binascii.Error
        yield text[:whole]
        is_padded = text[:whole].endswith(b"=")
        carry = text[whole:] + window[cut:]
    if carry:
        raise binascii.Error


def _unescape(text: bytes) -> bytes:
    if b"\\" in text:
        for escape, character in ESCAPES:
            text = text.replace(escape, character)
    return text


def _decode(body: bytes, decoder: json.JSONDecoder) -> Any:
    _check_value_count(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Invalid("The body is not valid UTF-8.") from None
    try:
        data = decoder.decode(text)
    except RecursionError:
        raise Invalid(TOO_DEEP) from None
    except ValueError as error:
        raise Invalid(f"The body is not valid JSON: {error}.") from None
    # Without this many brackets no value can be too deep.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(data)
    if "\\u" in text:
        _check_surrogates(data)
    return data


def _check_value_count(body: bytes) -> None:
    """Raise `Invalid` if there are more than `MAX_VALUES` values; before they are made."""
    if _count_values(body) > MAX_VALUES and _count_values(STRING.sub(b"", body)) > MAX_VALUES:
        raise Invalid(f"The JSON has more than {MAX_VALUES:,} values.")


def _count_values(body: bytes) -> int:
    return 1 + body.count(b",") + body.count(b"[") + body.count(b"{")


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Parsers disagree which of two members with one name counts, so a filter in front of the
    # application could see another value than the application does.
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Invalid(errors={name: REPEATED})
            seen.add(name)
    return members


def _parse_int(text: str) -> float:
    value = int(text) if len(text) <= MAX_INT_DIGITS else MAX_INT + 1
    # A larger number is valid JSON; the field that it is in rejects it, by name.
    return value if MIN_INT <= value <= MAX_INT else _parse_float(text)


def _parse_float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError("number out of range")
    return value


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _make_decoder(parse_float: Any) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_unique_members,
        parse_int=_parse_int,
        parse_float=parse_float,
        parse_constant=_reject_constant,
    )


# Made once: `json.loads` with these arguments would build it for each body.
_decoder = _make_decoder(_parse_float)


def _check_depth(data: Any) -> None:
    """Raise `Invalid` if objects and arrays are nested more than `MAX_DEPTH` levels deep."""
    level, depth = [data], 0
    while level := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise Invalid(TOO_DEEP)
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
        ]


def _check_surrogates(data: Any) -> None:
    """Raise `Invalid` if an escape sequence made a lone surrogate, which UTF-8 cannot encode."""
    try:
        orjson.dumps(data, default=lambda _file: None)
    except orjson.JSONEncodeError:
        raise Invalid("The body is not valid JSON: lone surrogate.") from None
