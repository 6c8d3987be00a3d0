"""Idempotency-Key: a repeated write gets the first response, byte for byte.

It follows the IETF draft "The Idempotency-Key HTTP Header Field" (version 07).
"""

import base64
import hashlib
import hmac
from typing import Any

import orjson
from cryptography.fernet import MultiFernet
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from mysocial.api.paths import canonical_path
from mysocial.core import keys
from mysocial.core.errors import IdempotencyMismatch, IdempotentReplay, Invalid
from mysocial.core.redis import available, client
from mysocial.core.request_context import IdempotencyKey, RequestContext
from mysocial.core.secret_keys import cipher_for, derive_keys
from mysocial.core.stored_responses import DIGEST_LENGTH, HASH_BYTES, parse_stored_response

MAX_KEY_LENGTH = 255


def bind_key(context: RequestContext, request: Request, client_id: str) -> None:
    """Bind the request context to the Idempotency-Key of the request, if there is one.

    Known keys are looked up here, before the service runs, because the records that the first
    request found may be gone: a repeated DELETE is not a 404. The write script checks the key
    again, so that exactly one of several concurrent requests is carried out.

    Args:
        context: The context of this request.
        request: The request.
        client_id: The client; a key is scoped to the client, the method and the path.

    Raises:
        IdempotentReplay: The key is known; the exception holds the stored response.
        IdempotencyMismatch: The key was used with another request.
        Invalid: The header is not a valid key.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not key:
        return
    if len(key) > MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Invalid(errors={"Idempotency-Key": "At most 255 printable ASCII characters."})
    scope = f"{client_id}\n{request.method}\n{canonical_path(request.path)}\n{key}"
    digest = base64.urlsafe_b64encode(hashlib.sha256(scope.encode()).digest())
    short_digest = digest[:DIGEST_LENGTH].decode()
    request_hashes = _request_hashes(request)
    with available():
        stored = client().get(keys.idempotency(short_digest))
    if stored is not None:
        response = parse_stored_response(stored)
        if response.request_hash not in request_hashes:
            raise IdempotencyMismatch
        raise IdempotentReplay(response.status, response.body)
    context.idempotency = IdempotencyKey(
        short_digest, request_hashes[0], settings.IDEMPOTENCY_SECONDS
    )


def encrypt_last_part(parts: list[Any]) -> list[Any]:
    """Return the parts of a response with the last one, which holds a secret, encrypted."""
    return [*parts[:-1], b"\n" + _cipher().encrypt(parts[-1])]


def decrypt_last_part(stored: bytes) -> bytes:
    """Return the body that `encrypt_last_part` made; JSON bodies contain no other line break."""
    head, _, tail = stored.partition(b"\n")
    return head + _cipher().decrypt(tail)


def _request_hashes(request: Request) -> list[bytes]:
    """Return the hash of the query and the body, followed by those with former secret keys.

    It is keyed, because the body may contain a password.
    """
    body = orjson.dumps(request.data, default=_file_digest, option=orjson.OPT_SORT_KEYS)
    content = request.META.get("QUERY_STRING", "").encode() + b"\n" + body
    return [hmac.digest(key, content, "sha256")[:HASH_BYTES] for key in derive_keys("requests")]


def _file_digest(file: "UploadedFile[bytes]") -> dict[str, str]:
    """Return what identifies a file: its content, without its name or type."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return {"sha256": digest.hexdigest()}


def _cipher() -> MultiFernet:
    return cipher_for("stored answers")
