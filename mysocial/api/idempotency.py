"""Idempotency-Key: a repeat of a write gets the first answer, byte for byte (IETF draft-07)."""

import base64
import functools
import hashlib
import hmac
from typing import Any, cast

import orjson
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from mysocial.core import keys
from mysocial.core.errors import IdempotencyMismatch, Invalid
from mysocial.core.redis import available, client
from mysocial.core.request_context import IdempotencyKey, RequestContext
from mysocial.store import IdempotentReplay

MAX_KEY_LENGTH = 255


def bind_key(call: RequestContext, request: Request, who: str) -> None:
    """Bind the call to its Idempotency-Key, if it has one; raises `Replayed` for a known one.

    The key is scoped to `who`, the route and the method. Known keys are looked up first, because
    what the first request found may be gone: a repeated DELETE is not a 404. The script that
    writes looks again, so that of many at once exactly one is carried out.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not key:
        return
    if len(key) > MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Invalid(errors={"Idempotency-Key": "At most 255 printable ASCII characters."})
    scope = f"{who}\n{request.method}\n{request.path.rstrip('/')}\n{key}"
    name = keys.idempotency(hashlib.sha256(scope.encode()).hexdigest())
    body_hash = _hash_of(request)
    with available():
        stored = client().hmget(name, ["hash", "status", "body"])
    known, status, answer = cast("list[bytes | None]", stored)
    if known is not None:
        if known.decode() != body_hash:
            raise IdempotencyMismatch
        raise IdempotentReplay(int(status or 0), answer or b"")
    call.idempotency = IdempotencyKey(name, body_hash, settings.IDEMPOTENCY_SECONDS)


def _hash_of(request: Request) -> str:
    """Return what tells this request from another: keyed, because a body may hold a password."""
    body = orjson.dumps(request.data, default=_content, option=orjson.OPT_SORT_KEYS)
    said = request.META.get("QUERY_STRING", "").encode() + b"\n" + body
    return hmac.new(_secret(b"requests"), said, hashlib.sha256).hexdigest()


def _content(value: "UploadedFile[bytes]") -> dict[str, str]:
    """Return what tells a file from another: its bytes alone."""
    found = hashlib.sha256()
    for chunk in value.chunks():
        found.update(chunk)
    value.seek(0)
    return {"sha256": found.hexdigest()}


def _secret(purpose: bytes) -> bytes:
    return hashlib.sha256(purpose + b"\n" + settings.SECRET_KEY.encode()).digest()


@functools.cache
def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_secret(b"stored answers")))


def encrypt_secret(pieces: list[Any]) -> list[Any]:
    """Return an answer's pieces as they may be stored: the last one, with tokens, encrypted."""
    return [*pieces[:-1], b"\n" + _cipher().encrypt(pieces[-1])]


def decrypt_secret(stored: bytes) -> bytes:
    """Return the answer that was sealed. JSON of ours has no line breaks but the one put there."""
    head, _, tail = stored.partition(b"\n")
    return head + _cipher().decrypt(tail)
