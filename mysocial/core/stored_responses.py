"""The form in which the response to an idempotent request is stored.

It has a mark (`RAW` or `PACKED`), the hash of the request, three digits of status, and the body.
The write script stores the body as it is; a worker compresses it.
"""

from typing import NamedTuple

from mysocial.core import keys
from mysocial.core.packing import pack, unpack

HASH_BYTES = 8  # keyed, so a member cannot search for two requests with one hash
DIGEST_LENGTH = 22  # characters of a digest in the key
_STATUS_END = 1 + HASH_BYTES + 3


class StoredResponse(NamedTuple):
    """A response, and the hash of the request that it answers."""

    request_hash: bytes
    status: int
    body: bytes


def parse_stored_response(stored: bytes) -> StoredResponse:
    """Return the response that was stored in this form."""
    head, body = stored[:_STATUS_END], stored[_STATUS_END:]
    return StoredResponse(
        head[1 : 1 + HASH_BYTES],
        int(head[1 + HASH_BYTES :]),
        unpack(body) if head[:1] == keys.PACKED.encode() else body,
    )


def pack_stored_response(stored: bytes) -> bytes:
    """Return a stored response with a compressed body; unchanged if that is no shorter."""
    head, body = stored[:_STATUS_END], stored[_STATUS_END:]
    if head[:1] == keys.PACKED.encode():
        return stored
    packed = keys.PACKED.encode() + head[1:] + pack(body)
    return packed if len(packed) < len(stored) else stored
