"""Delivery of events to hooks: in order, at least once, with a cursor for each hook.

One worker at a time delivers. The cursor moves after the hook has returned, so a worker that dies
repeats the events since the last save. A hook that raises an error is called again with the same
event, after a growing time; later events wait.
"""

import logging
import time
from datetime import timedelta

from mysocial.core.errors import Unavailable
from mysocial.core.ids import now
from mysocial.hooks.cursors import HookCursor, get_cursor, save_cursor
from mysocial.hooks.event_log import LogPart, read_log, stored_events
from mysocial.hooks.registry import HOOKS, Gap, Hook, StoredEvent

logger = logging.getLogger(__name__)
MAX_RETRY_SECONDS = 300
MAX_ERROR_LENGTH = 300
# An idle cursor follows the clock, so that trimming other events is no gap.
MAX_IDLE_US = 60 * 1_000_000


def create_cursors() -> None:
    """Create the cursors of new hooks, at the end of the log.

    Raises:
        Unavailable: A server cannot be reached.
    """
    for hook in HOOKS.values():
        get_cursor(hook.name)


def run_due_hooks(seconds: float) -> int:
    """Deliver events until there are no more, or `seconds` have passed; return how many.

    Raises:
        Unavailable: A server cannot be reached.
    """
    deadline = time.monotonic() + seconds
    return sum(_run_hook(hook, deadline) for hook in HOOKS.values())


def _run_hook(hook: Hook, deadline: float) -> int:
    cursor, delivered = get_cursor(hook.name), 0
    while time.monotonic() < deadline and cursor.due_at <= now():
        part = read_log(cursor.offset)
        gap = _find_gap(cursor, part)
        if gap:
            if not _try_handle_gap(hook, cursor, gap, part):
                break
        elif part.is_end:
            _follow_clock(cursor, part)
            break
        else:
            count, is_done = _deliver(hook, cursor, part, deadline)
            delivered += count
            if not is_done:
                break
        cursor = get_cursor(hook.name)
    return delivered


def _find_gap(cursor: HookCursor, part: LogPart) -> Gap | None:
    after = f"{cursor.epoch}:{cursor.offset}"
    if cursor.epoch and cursor.epoch != part.epoch:
        return Gap(after, f"{part.epoch}:{part.floor}", "epoch_changed")
    if cursor.offset < part.floor:
        return Gap(after, f"{part.epoch}:{part.floor}", "too_old")
    return None


def _try_handle_gap(hook: Hook, cursor: HookCursor, gap: Gap, part: LogPart) -> bool:
    """Report a gap to a hook, and move the cursor behind it; return whether that was possible."""
    logger.error("%s has missed events after %s (%s)", hook.name, gap.after, gap.reason)
    try:
        if hook.handle_gap:
            hook.handle_gap(gap)
    except Unavailable:
        raise
    except Exception as error:
        logger.exception("%s cannot handle a gap; it is called again", hook.name)
        _postpone(cursor, cursor.offset, error)
        return False
    return save_cursor(
        cursor, epoch=part.epoch, offset=part.floor, failures=0, due_at=now(), error=""
    )


def _deliver(hook: Hook, cursor: HookCursor, part: LogPart, deadline: float) -> tuple[int, bool]:
    """Deliver a part of the log; return how many events, and whether the hook took all of them."""
    count, offset = 0, cursor.offset
    for event in stored_events(part, hook.types):
        if time.monotonic() >= deadline:
            break
        error = _call(hook, event)
        if error is not None:
            _postpone(cursor, offset, error)
            return count, False
        count, offset = count + 1, _offset(event)
    else:
        offset = part.entries[-1][0]
    if offset == cursor.offset:
        return count, False
    position = {"epoch": part.epoch, "offset": offset}
    return count, save_cursor(cursor, **position, failures=0, due_at=now(), error="")


def _call(hook: Hook, event: StoredEvent) -> Exception | None:
    """Call a hook; return its error, if any. An unavailable server is not one of the hook."""
    try:
        hook.handle(event)
    except Unavailable:
        raise
    except Exception as error:
        logger.exception("%s failed with %s and is called again", hook.name, event.id)
        return error
    return None


def _postpone(cursor: HookCursor, offset: int, error: Exception) -> None:
    """Save how far a hook has got, and when the next event is tried again."""
    failures = 1 if offset > cursor.offset else cursor.failures + 1
    seconds = min(2 ** min(failures, 16), MAX_RETRY_SECONDS)
    text = f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]
    due_at = now() + timedelta(seconds=seconds)
    save_cursor(cursor, offset=offset, failures=failures, due_at=due_at, error=text)


def _follow_clock(cursor: HookCursor, part: LogPart) -> None:
    if part.clock - cursor.offset > MAX_IDLE_US:
        save_cursor(cursor, epoch=part.epoch, offset=part.clock)


def _offset(event: StoredEvent) -> int:
    return int(event.id.partition(":")[2])
