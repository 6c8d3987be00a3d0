"""The mark in MongoDB, which a worker raises before it writes a batch: see `docs/recovery.md`.

New stored responses to requests with an `Idempotency-Key` are saved with it. A response is thus in
MongoDB before the records of its request.
"""

from typing import Any

from mysocial.core import keys, watermark
from mysocial.core.errors import Unavailable
from mysocial.core.redis import available, client, server
from mysocial.core.stored_responses import DIGEST_LENGTH, pack_stored_response
from mysocial.core.watermark import RESPONSES_PER_BATCH, Position, SavedResponse
from mysocial.persistence.packing import PACK_RESPONSES

POSITION_KEYS = (keys.INSTALLATION, keys.EPOCH, keys.FLUSHED_CLOCK, keys.CLOCK)


def parse_position(values: list[bytes | None]) -> Position:
    """Return the position that the values of `POSITION_KEYS` stand for."""
    installation, epoch, flushed_clock, clock = (value or b"" for value in values)
    return Position(installation.decode(), epoch.decode(), int(flushed_clock or 0), int(clock or 0))


def raise_mark(position: Position) -> None:
    """Raise the mark to the clock of a batch, before the batch is written.

    Raises:
        Unavailable: A server cannot be reached, or the batch must not be written: one of them lost
            data. It was compared with the other one then.
    """
    while True:
        name, responses = _unsaved_responses()
        saved = [response for _item, response in responses if response]
        if not watermark.raise_mark(position, saved):
            server.compare()
            raise Unavailable("Redis or MongoDB has lost data. The batch is read again.")
        if responses:
            items = [
                [item, item[-DIGEST_LENGTH:], response.stored if response else False]
                for item, response in responses
            ]
            PACK_RESPONSES({"items": items, "list": name, "is_saved": True})
        if len(responses) < RESPONSES_PER_BATCH and name == keys.NEW_RESPONSES:
            return


def _unsaved_responses() -> tuple[str, list[tuple[bytes, SavedResponse | None]]]:
    """Return a list of responses that MongoDB lacks, and its first entries with their responses.

    A response is None if it was deleted.
    """
    last = RESPONSES_PER_BATCH - 1
    with available():
        name = keys.UNSAVED_RESPONSES
        items = client().lrange(name, 0, last)
        if not items:
            name = keys.NEW_RESPONSES
            items = client().lrange(name, 0, last)
        digests = [item[-DIGEST_LENGTH:].decode() for item in items]
        stored: list[Any] = client().mget(map(keys.idempotency, digests)) if digests else []
    return name, [
        (item, _saved_response(item, digest, value) if value else None)
        for item, digest, value in zip(items, digests, stored, strict=True)
    ]


def _saved_response(item: bytes, digest: str, stored: bytes) -> SavedResponse:
    return SavedResponse(digest, int(item[:-DIGEST_LENGTH]), pack_stored_response(stored))
