"""What a client missed: read from the logs of its topics, judged by what it may see now."""

import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import orjson
from django.conf import settings

from mysocial.errors import Invalid
from mysocial.events import EVENTS, frame, log_of
from mysocial.redis import Script

REPLAY = Script("common", "replay", flags="no-writes")
MOST = 10_000  # events of one topic
CURSOR = re.compile(r"([0-9a-f]{8}):([0-9]{1,17})")
Reason = Literal["", "epoch_changed", "too_old"]


class Missed(NamedTuple):
    """What came after a cursor; all of it, or nothing and the reason why."""

    cursor: str  # where the client stands when it has received these
    events: list[tuple[int, str, str]]  # offset, type, frame
    reason: Reason = ""


def offset_of(cursor: str) -> tuple[str, int]:
    """Return the epoch and the offset of a cursor; `Invalid` when it is none of ours."""
    found = CURSOR.fullmatch(cursor)
    if not found:
        raise Invalid(errors={"cursor": "This is not a cursor of ours."})
    return found[1], int(found[2])


def missed(cursor: str, topics: Iterable[str], viewer: str) -> Missed:
    """Return the events of `topics` after `cursor` that `viewer` may see now, in order, each once.

    Nothing, and the reason, when the log began anew or may have been cut since. `Invalid` for a
    cursor that is none of ours, `Unavailable`.
    """
    known_epoch, after = offset_of(cursor)
    names = sorted(set(topics))
    request = {"after": after, "most": MOST + 1, "logs": [f"ev:{log_of(name)}" for name in names]}
    epoch, clock, now_us, logs = REPLAY(request)
    here = f"{epoch.decode()}:{clock.decode()}"
    if known_epoch != epoch.decode() or after > int(clock):
        return Missed(here, [], "epoch_changed")
    kept_us = settings.EVENT_LOG_SECONDS * 1_000_000
    if int(now_us) - after > kept_us or any(cut or len(found) > MOST for cut, found in logs):
        return Missed(here, [], "too_old")
    entries: dict[int, tuple[dict[bytes, bytes], set[str]]] = {}
    for name, (_, found) in zip(names, logs, strict=True):
        for entry_id, flat in found:
            offset = int(entry_id.partition(b"-")[0])
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            entries.setdefault(offset, (fields, set()))[1].add(name)
    return Missed(here, _told(known_epoch, entries, viewer))


def _told(
    epoch: str, entries: dict[int, tuple[dict[bytes, bytes], set[str]]], viewer: str
) -> list[tuple[int, str, str]]:
    """Return the frames of what the viewer may see; many events ask the same of the same things."""
    judged: dict[Any, bool] = {}
    told = []
    for offset, (fields, names) in sorted(entries.items()):
        kind, about = fields[b"type"].decode(), fields[b"about"]
        event, said = EVENTS[kind], orjson.loads(about)
        question = (kind, about, frozenset(names))
        if question not in judged:
            judged[question] = any(event.listeners_on(name, said, {viewer}) for name in names)
        if judged[question] and event.holds(said, fields[b"data"]):
            text = frame(epoch, str(offset), kind, fields[b"data"]).decode()
            told.append((offset, kind, text))
    return told
