"""The copies of stored responses in MongoDB, as the search for traces of a member sees them."""

from collections.abc import Callable

from bson.raw_bson import RawBSONDocument

from mysocial.core import watermark
from mysocial.core.stored_responses import parse_stored_response


def delete_saved_responses(find_term: Callable[[bytes], str]) -> int:
    """Delete the copies in whose body `find_term` finds a term; return how many.

    Raises:
        Unavailable: MongoDB cannot be reached.
    """
    count = 0
    for batch in watermark.saved_responses():
        digests = [
            response.digest
            for response in batch
            if find_term(parse_stored_response(response.stored).body)
        ]
        count += watermark.delete_responses(digests) if digests else 0
    return count


def searched_bytes(collection: str, document: RawBSONDocument) -> bytes:
    """Return the content of a document, decompressed if it is a stored response."""
    if collection == watermark.COLLECTION and "response" in document:
        return parse_stored_response(bytes(document["response"])).body
    return bytes(document.raw)
