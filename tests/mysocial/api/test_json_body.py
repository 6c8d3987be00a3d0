"""JSON bodies: one large string, a data URL, and bounds on all the rest."""

import base64
import os
import time
import tracemalloc

import orjson
import pytest

from mysocial.api.json_body import (
    MAX_VALUES,
    WINDOW_BYTES,
    decode_json,
    decode_json_with_file,
)
from mysocial.core.errors import Invalid, TooLarge
from tests.images.pictures import make_image
from tests.support.concurrency import assert_no_changes

KIB, MEBIBYTE = 1024, 1024 * 1024
MAX_BYTES = 256 * KIB
CONTENT = os.urandom(10 * MEBIBYTE)
BASE64 = base64.b64encode(CONTENT)
IMAGE = b'"data:image/png;base64,' + BASE64 + b'"'
OTHER_STRING = b'"' + b"x" * 1000 + b'"'


def test_the_data_url_is_a_file_wherever_it_is():
    for body, path in [
        (b'{"image": %s, "text": "x"}', ["image"]),
        (b'{"text": "x", "image": %s}', ["image"]),
        (b'{"a": {"\\"": [1, %s]}}', ["a", '"', 1]),
        (b"%s", []),
    ]:
        value = decode_json_with_file(body % IMAGE, MAX_BYTES)
        for step in path:
            value = value[step]
        assert value.size == len(CONTENT)
        assert value.read() == CONTENT


@pytest.mark.parametrize("shift", range(8))
@pytest.mark.parametrize(
    ("character", "escape"),
    [(b"/", rb"\/"), (b"+", rb"\u002B"), (b"+", rb"\u002b"), (b"/", rb"\u002F")],
)
def test_escape_sequences_of_base64_are_read_wherever_a_window_ends(shift, character, escape):
    encoded = (b"AAAAAAAAAAAA" * 4 + b"AAA" + character) * (WINDOW_BYTES * 6 // 52)
    text = encoded.replace(character, escape)
    body = b'{"image": "data:%s;base64,%s"}' % (b"a" * shift, text)
    file = decode_json_with_file(body, MAX_BYTES)["image"]
    assert file.read() == base64.b64decode(encoded)


@pytest.mark.parametrize("length", range(3 * WINDOW_BYTES, 3 * WINDOW_BYTES + 6))
@pytest.mark.parametrize("padding", [b"=", rb"\u003d", rb"\u003D"])
def test_padding_may_be_escaped(length, padding):
    content = CONTENT[:length]
    text = base64.b64encode(content).replace(b"=", padding)
    body = b'{"image": "data:;base64,%s", "text": "%s"}' % (text, b"x" * 100)
    assert decode_json_with_file(body, 200)["image"].read() == content


WRONG = {
    "a text": (b'{"text": "' + b"x" * 300 * KIB + b'"}', TooLarge),
    "two large strings": (b"[" + IMAGE + b"," + IMAGE + b"]", TooLarge),
    "a large string and a large rest": (
        b"[" + IMAGE + b"," + b",".join([OTHER_STRING] * 300) + b"]",
        TooLarge,
    ),
    "the same, before": (
        b"[" + b",".join([OTHER_STRING] * 300) + b"," + IMAGE + b"]",
        TooLarge,
    ),
    "an escaped quotation mark": (b'{"a": "\\"data:;base64,' + BASE64 + b'"}', TooLarge),
    "an escaped name of the scheme": (b'{"a": "\\u0064ata:;base64,' + BASE64 + b'"}', TooLarge),
    "a data URL without base64": (b'{"a": "data:image/png,' + BASE64 + b'"}', TooLarge),
    "a URL": (b'{"a": "https://x/' + BASE64 + b'"}', TooLarge),
    "brackets": (b'{"text":[' + b"[]," * 4_500_000 + b"[]]}", TooLarge),
    "small strings": (b'["",' + b'"",' * 4_500_000 + b'""]', TooLarge),
    "escape sequences": (b'["' + b"\\/" * 6_500_000 + b'"]', TooLarge),
    "quotation marks": (b'["' + b'\\"' * 6_500_000 + b'"]', TooLarge),
    "quotation marks and characters": (b'["' + b'AAAAAAAAAAAAAAA\\"' * 800_000 + b'"]', TooLarge),
    "no end": (b'["' + b'AAAAAAAAAAAAAAA\\"' * 800_000, TooLarge),
    "digits": (b"[" + b"1" * 13_000_000 + b"]", TooLarge),
    "blanks": (b" " * 13_000_000 + b"[]", TooLarge),
    "open brackets": (b"[" * 13_000_000, TooLarge),
    "invalid UTF-8": (IMAGE[:-100] + b'\xff"', Invalid),
    "invalid base64": (IMAGE[:-100] + b'@@@@"', Invalid),
    "an end within base64": (IMAGE[:-10] + b'"', Invalid),
    "an unknown escape sequence": (IMAGE[:-1] + b'\\n"', Invalid),
    "base64 after the padding": (IMAGE[:-1] + b'AAAA"', Invalid),
    "a line break": (IMAGE[:-1] + b'\n"', Invalid),
    "no closing quotation mark": (b'{"image": ' + IMAGE[:-1], Invalid),
    "no closing bracket": (b'{"image": ' + IMAGE, Invalid),
    "the name of a member": (b"{" + IMAGE + b": 1}", Invalid),
    "a name twice": (b'{"image": 1, "image": ' + IMAGE + b"}", Invalid),
    "invalid UTF-8 beside it": (b'{"\xff": ' + IMAGE + b"}", Invalid),
    "a lone surrogate beside it": (b'{"a": "\\ud800", "b": ' + IMAGE + b"}", Invalid),
    "a byte order mark": (b'\xef\xbb\xbf{"image": ' + IMAGE + b"}", Invalid),
    "NaN beside it": (b"[NaN, " + IMAGE + b"]", Invalid),
    "21 levels": (b"[" * 21 + IMAGE + b"]" * 21, Invalid),
    "100,000 levels": (b"[" * 100_000 + IMAGE, Invalid),
    "many values beside it": (b"[" + b"[]," * MAX_VALUES + IMAGE + b"]", Invalid),
}


@pytest.mark.parametrize(("body", "error"), WRONG.values(), ids=list(WRONG))
def test_a_large_body_is_refused_within_its_own_memory(body, error):
    tracemalloc.start()
    try:
        with pytest.raises(error):
            decode_json_with_file(body, MAX_BYTES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(body) + peak < 30 * MEBIBYTE or len(body) > 26 * MEBIBYTE
    assert peak < 13 * MEBIBYTE


@pytest.mark.parametrize(
    "name",
    ["brackets", "small strings", "quotation marks and characters", "no end", "open brackets"],
)
def test_a_large_body_is_refused_quickly(name):
    """The time is linear: these bodies take 10 to 100 ms."""
    body, error = WRONG[name]
    begun = time.process_time()
    with pytest.raises(error):
        decode_json_with_file(body, MAX_BYTES)
    assert time.process_time() - begun < 1


def test_the_number_of_values_is_bounded():
    assert len(decode_json(b"[" + b"1," * (MAX_VALUES - 2) + b"1]")) == MAX_VALUES - 1
    for body in (
        b"[" + b"1," * (MAX_VALUES - 1) + b"1]",
        b"[" + b"[]," * (MAX_VALUES - 1) + b"1]",
        b"[" + b'{"a":1,"b":2},' * (MAX_VALUES // 2) + b"1]",
    ):
        with pytest.raises(Invalid, match="50,000 values"):
            decode_json(body)
    text = '[{",' * 15_000 + "\\" * 3 + '"'
    assert decode_json(orjson.dumps([text, text])) == [text, text]


# Through HTTP ------------------------------------------------------------------------------------


def test_a_large_image_is_accepted_as_a_data_url(alice):
    content = make_image("PNG", (600, 300)) + bytes(MAX_BYTES)  # bytes after the end are dropped
    url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    body = orjson.dumps({"image": url})
    assert len(body) > MAX_BYTES
    first = alice.call("POST", "users/me/images/profile", body, **{"Idempotency-Key": "one"})
    assert first.status_code == 201, first.content
    escaped = body.replace(b"/", rb"\/")
    again = alice.call("POST", "users/me/images/profile", escaped, **{"Idempotency-Key": "one"})
    assert again.content == first.content


def test_a_large_data_url_in_another_field_is_reported_by_name(alice):
    with assert_no_changes():
        response = alice.call("POST", "posts", b'{"text": %s}' % IMAGE)
        assert (response.status_code, response.json()["errors"]) == (
            400,
            [{"field": "text", "code": "invalid", "detail": "This must be a string."}],
        )
        response = alice.call("POST", "posts", b'{"text": "x", "surprise": %s}' % IMAGE)
        assert (response.status_code, response.json()["errors"]) == (
            400,
            [{"field": "surprise", "code": "unknown", "detail": "Unknown field."}],
        )


def test_a_large_data_url_is_too_large_where_no_image_is_accepted(alice):
    with assert_no_changes():
        assert alice.call("PATCH", "users/me", b'{"quote": %s}' % IMAGE).status_code == 413
