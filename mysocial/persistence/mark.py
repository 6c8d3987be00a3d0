"""The mark in MongoDB, which a worker raises before it writes a batch: see `docs/recovery.md`.

New stored responses to requests with an `Idempotency-Key` are saved with it. A response is thus in
MongoDB before the records of its request.
"""

from collections.abc import Mapping
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
        responses = _unsaved_responses()
        saved = [response for items in responses.values() for _, response in items if response]
        if not watermark.raise_mark(position, saved):
            server.compare()
            raise Unavailable("Redis or MongoDB has lost data. The batch is read again.")
        for name, items in responses.items():
            if items:
                packed = [
                    [item, item[-DIGEST_LENGTH:], response.stored if response else False]
                    for item, response in items
                ]
                PACK_RESPONSES({"items": packed, "list": name, "is_saved": True})
        if all(len(items) < RESPONSES_PER_BATCH for items in responses.values()):
            return


def _unsaved_responses() -> dict[str, list[tuple[bytes, SavedResponse | None]]]:
    """Return the first entries of the lists of responses that MongoDB lacks, with the responses.

    A response is None if it was deleted. The lists are read at one moment, because entries move
    from one to the other.
    """
    names = (keys.UNSAVED_RESPONSES, keys.NEW_RESPONSES)
    with available():
        pipe = client().pipeline(transaction=True)
        for name in names:
            pipe.lrange(name, 0, RESPONSES_PER_BATCH - 1)
        lists: list[list[bytes]] = pipe.execute()
        digests = [item[-DIGEST_LENGTH:].decode() for items in lists for item in items]
        values: list[Any] = client().mget(map(keys.idempotency, digests)) if digests else []
    stored = dict(zip(digests, values, strict=True))
    return {
        name: [(item, _saved_response(item, stored)) for item in items]
        for name, items in zip(names, lists, strict=True)
    }


def _saved_response(item: bytes, stored: Mapping[str, bytes | None]) -> SavedResponse | None:
    due_seconds, digest = int(item[:-DIGEST_LENGTH]), item[-DIGEST_LENGTH:].decode()
    response = stored[digest]
    return SavedResponse(digest, due_seconds, pack_stored_response(response)) if response else None
