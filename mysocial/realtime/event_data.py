"""The data of logged events."""

import msgpack

from mysocial.core.packed_events import Fields
from mysocial.store import reads


def get_event_data(fields: Fields) -> bytes | None:
    """Return the data of an event of the log.

    The log has no copy of the data of a large event. It is rendered from the records as they are
    now; None if one of them is gone.

    Raises:
        Unavailable: Redis, or a MongoDB that is needed, does not respond.
    """
    if b"data" in fields:
        return fields[b"data"]
    return reads.render_live(msgpack.unpackb(fields[b"parts"], raw=True))
