"""A corpus of input that has broken servers, for every operation of the OpenAPI document."""

import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from PIL import Image

JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
ID = "0" * 24

# JSON values.
VALUES = (
    b"9223372036854775808", b"1180591620717411303424", b"9" * 5000, b"-0", b"0.1", b"1e308",
    b'"\\u0000"', b'"a\\u0000b"', b'"\\ufffe\\uffff"', b'"\\u202e\\u2066"', b'""', b'" "',
    b'"' + b"a" * 20_000 + b'"', '"e\u0301\U0001f468\u200d\U0001f469"'.encode(), b'"$where"',
    b'{"$ne": null}', b'{"a.b": 1}', b"[]", b"[[]]", b"{}", b"true", b"null", b'["a", "b"]',
    b'"data:image/png;base64,AAAA"', b'"data:;base64,' + b"A" * 5000 + b'"', b'"%00"',
    b'"/etc/passwd"', b'"file:///etc/passwd"', b'"http://169.254.169.254/"',
    b'"https://media.giphy.com@evil.example/a.gif"', b'"javascript:alert(1)"',
    b'"\\ud83d\\ude00"', b'"000000000000000000000000"',
)  # fmt: skip
# Invalid JSON, or JSON that parsers disagree about. It must always be rejected.
INVALID_JSON = (
    b"1e999", b"NaN", b"-Infinity", b'"\\ud800"', b'"\xff"', b'"\xc0\x80"', b"'a'", b"01", b"0x1",
    b"tru", b"[" * 20_000, b'"\\x"', b'"a', b"[1,]", b"{1:2}", b"/**/1", b"[" * 21 + b"]" * 21,
)  # fmt: skip
BODIES = (
    b"", b"null", b"[]", b'""', b"1", b"true", b"[{}]", b" \t\n", b"\xef\xbb\xbf{}", b"{}{}",
    b'{"a": 1, "a": 2}', b'{"\\u0000": 1}', b'{"$set": {"a": 1}}', b'{"a.b": 1}', b'{"": 1}',
    b'{"__proto__": 1}', b'{"\\ud800": 1}', b"\xff\xfe{\0}\0", b"\0", b"\x1f\x8b\x08\0",
    b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000, b"{" + b" " * 270_000 + b"}",
    b"{" + b",".join(b'"f%d":1' % n for n in range(20_000)) + b"}",
)  # fmt: skip
ACCEPTED_BODIES = {
    b"",
    b"\xef\xbb\xbf{}",
}  # an empty body is an empty object
QUERIES = (
    "", "0", "-1", "101", "1e3", "+1", "%D9%A1", "9" * 4000, "%00", "%FF", "null", "[]", "%7B%7D",
    "$ne", "1%0D%0AX:1", "W10", "bnVsbA", "e30", "WzEsMl0", "WyJhIiwxZTMwOF0", "WyJhIiwtMV0",
    "eyIkbmUiOjF9", "a" * 3000, "%F0%9F%98%80", ".*%28a%2B%29%2B%24", "%ED%A0%80",
)  # fmt: skip
PATHS = (
    "%00", "%FF", "%2e%2e%2f%2e%2e%2fetc", "..", "%2F", "$ne", "G" * 24, "0" * 23, "0" * 25,
    "%D9%A0" * 24, "a" * 5000, "%F0%9F%98%80", "{}", "[]", "%20", "0%0A" + "0" * 23, ID + "%0A",
    ";a=b", "%ED%A0%80", "null", "me",
)  # fmt: skip
HEADERS: tuple[tuple[str, bytes], ...] = (
    ("Idempotency-Key", b"k" * 256), ("Idempotency-Key", b"\xe9\xff"), ("Idempotency-Key", b"\t"),
    ("Authorization", b"Bearer"), ("Authorization", b"Bearer \xff\xfe"),
    ("Authorization", b"Basic YTpi"), ("Authorization", b"Bearer a.b.c"),
    ("Authorization", b"Bearer " + b"a" * 8000), ("Authorization", b"Bearer a b c"),
    ("Authorization", b"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIwIn0."),
    ("Authorization", b"Bearer eyJhbGciOiJub25lIn0.W10."), ("Authorization", b"Bearer ..."),
    ("Content-Type", b"text/plain"), ("Content-Type", b"application/json; charset=utf-16"),
    ("Content-Type", b"application/json; charset=\xff"), ("Content-Type", b"multipart/form-data"),
    ("Content-Type", b"multipart/form-data; boundary=" + b"b" * 300), ("Content-Type", b"/"),
    ("Content-Type", b"application/x-www-form-urlencoded"), ("Content-Type", b"\xff"),
    ("Content-Type", b"application/json, text/plain"), ("Content-Encoding", b"gzip"),
    ("Accept", b"application/xml;q=x"), ("Accept", b"\xff"), ("Accept-Language", b"\xff;q=9"),
    ("Host", b"evil.example"), ("Host", b"a_b:99999"), ("Host", b"\xff"),
    ("X-Forwarded-For", b"\xff, ::::, 1.2.3.4.5"), ("X-Forwarded-Proto", b"\xff"),
    ("Cookie", b"sessionid=\xff; refresh=\xff; csrftoken=;;=;"),
    ("Cookie", b"refresh=" + b"a" * 3000),
    ("X-HTTP-Method-Override", b"DELETE"), ("Origin", b"null"), ("Referer", b"\xff"),
    ("If-Modified-Since", b"never"), ("If-None-Match", b"*"), ("Range", b"bytes=9-0"),
)  # fmt: skip


@dataclass(frozen=True)
class BadRequest:
    """A request; with `must_fail`, accepting it would be wrong."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str | bytes] = field(default_factory=dict)
    must_fail: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path[:120]} {dict(self.headers)} {self.body[:120]!r}"[:400]


ENDLESS = {"streamEvents"}  # operations whose responses do not end


def all_requests(document: Mapping[str, Any], ids: Mapping[str, list[str]]) -> Iterator[BadRequest]:
    """Yield the whole corpus for a document, with existing ids in the paths."""
    base = document["servers"][0]["url"]
    for relative_path, verbs in document["paths"].items():
        path = base + relative_path
        for verb, operation in verbs.items():
            if operation["operationId"] in ENDLESS:
                continue
            method, filled = verb.upper(), _fill_path(path, ids)
            yield from _path_requests(method, path, ids)
            for parameter in operation.get("parameters", []):
                resolved = _resolve(document, parameter)
                if resolved["in"] == "query":
                    for value in QUERIES:
                        yield BadRequest(method, f"{filled}?{resolved['name']}={value}")
            yield BadRequest(method, f"{filled}?q[$ne]=&limit[]=1&cursor=&cursor=&%00=%FF&=")
            for name, value in HEADERS:
                yield BadRequest(method, filled, b"{}" if method != "GET" else b"", {name: value})
            if method != "GET":
                yield from _bodies(document, method, filled, operation)


def _path_requests(method: str, path: str, ids: Mapping[str, list[str]]) -> Iterator[BadRequest]:
    if "{" in path:
        for value in PATHS:
            yield BadRequest(method, re.sub(r"\{\w+\}", value.replace("\\", ""), path))
    yield BadRequest(method, _fill_path(path, ids) + "//")


def _fill_path(path: str, ids: Mapping[str, list[str]]) -> str:
    kind = path.partition("/{")[0].rpartition("/")[2]
    known = ids.get(kind) or ids["users"]
    number = zlib.crc32(path.encode())
    return path.replace("{token}", "t" * 40).replace("{id}", known[number % len(known)])


def _bodies(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> Iterator[BadRequest]:
    headers = {"Content-Type": JSON}
    for body in BODIES:
        # Operations without a body reject one, too, unless another error comes first.
        yield BadRequest(method, path, body, headers, must_fail=body not in ACCEPTED_BODIES)
    content = operation.get("requestBody", {}).get("content", {})
    if JSON not in content:
        return
    fields = _fields(document, content[JSON]["schema"])
    valid_body = {name: _example(schema) for name, schema in fields.items()}
    for name in fields:
        for value in (*VALUES, *INVALID_JSON):
            body = _body_with(valid_body, name, value)
            yield BadRequest(method, path, body, headers, must_fail=value in INVALID_JSON)
    if FORM.partition(";")[0] in content:
        for body in forms(sorted(fields)):
            yield BadRequest(method, path, body, {"Content-Type": FORM})


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = _resolve(document, schema).get("properties", {})
    return properties


def _resolve(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part of the document, or the component that it refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    component: Mapping[str, Any] = document["components"][kind][name]
    return component


def _example(schema: Mapping[str, Any]) -> Any:
    """Return a plausible value for a field that is not under test."""
    if "pattern" in schema and "24" in schema["pattern"]:
        return ID
    return {"boolean": True, "integer": 1, "object": {}}.get(str(schema.get("type")), "something")


def _body_with(valid_body: Mapping[str, Any], name: str, value: bytes) -> bytes:
    rest = json.dumps({key: value for key, value in valid_body.items() if key != name})
    comma = b"," if rest != "{}" else b""
    return b"{" + json.dumps(name).encode() + b":" + value + comma + rest[1:].encode()


def forms(names: list[str]) -> Iterator[bytes]:
    """Yield forms with each of the files, and malformed forms."""
    for name in names:
        for content in files():
            yield _part(name, content, "x.png") + b"--b--\r\n"
        yield _part(name, b"\xff\0", None) + b"--b--\r\n"
        yield _part(name, b"x", "../../etc/passwd\0.png") + b"--b--\r\n"
    yield b""
    yield b"--b--\r\n"
    yield b"--b\r\n\r\n"
    yield b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"
    yield b"--b\r\nContent-Disposition: form-data; name=\xff\r\n\r\nx\r\n--b--\r\n"
    yield b"--b\r\nContent-Disposition: form-data; name*=utf-9''%ff\r\n\r\nx\r\n--b--\r\n"
    yield b"--b\r\nX: " + b"a" * 5000 + b"\r\n\r\nx\r\n--b--\r\n"
    yield _part("text", b"x", None, b"Content-Transfer-Encoding: base64\r\n") + b"--b--\r\n"
    yield _part("image", b"!", "a", b"Content-Transfer-Encoding: base64\r\n") + b"--b--\r\n"
    yield b"".join(_part(f"f{n}", b"x", None) for n in range(2000)) + b"--b--\r\n"
    yield b"".join(_part(f"f{n}", b"x", "a.png") for n in range(200)) + b"--b--\r\n"
    yield _part("image", b"a" * 9000, "x.png")[:-3000]


def _part(name: str, content: bytes, file: str | None, extra: bytes = b"") -> bytes:
    named = f'; filename="{file}"' if file is not None else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{quote(name)}"{named}\r\n'
    return head.encode() + extra + b"\r\n" + content + b"\r\n"


def files() -> list[bytes]:
    """Return files that are not images, or images that are expensive to open."""
    if not _files:
        tall, many = io.BytesIO(), io.BytesIO()
        Image.new("1", (1, 100_000)).save(tall, "PNG")
        frames = [Image.new("1", (1, 1), n % 2) for n in range(2000)]
        frames[0].save(many, "GIF", save_all=True, append_images=frames[1:])
        png = tall.getvalue()
        huge = png[:16] + (200_000).to_bytes(4, "big") * 2 + png[24:]
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        _files.extend(
            (b"", svg, png, many.getvalue(), png[:40], huge, png + b"<script>alert(1)</script>")
        )
        _files.extend(
            (b"GIF89a/*" + b"\0" * 40, b"\xff\xd8\xff\xe0" + b"\0" * 40, b"RIFF\0\0\0\0WEBP")
        )
    return _files


_files: list[bytes] = []
