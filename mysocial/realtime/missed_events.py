"""The missed events of one member, read and filtered in portions."""

from collections.abc import Set

from mysocial.core.topics import self_topic
from mysocial.realtime.replay import AudienceFilter, Entry, MissedEvents, events_since, parse_cursor
from mysocial.realtime.replay_queue import run_replay_step


class MissedEventsReader:
    """Reads the events after a cursor, portion by portion; a slow step delays no other member.

    Before a portion is filtered, the rest of the member's own log is read: it says which follows
    began and which blocks ended after the events of the portion.
    """

    def __init__(self, cursor: str, user_id: str) -> None:
        self._user_id, self._cursor = user_id, cursor
        epoch, _ = parse_cursor(cursor)
        self._filter = AudienceFilter(epoch, user_id)
        self._noted_cursor = cursor  # the member's own log was read up to here
        self._is_noted = False  # whether it was read for the next step

    async def read(self, topics: Set[str]) -> MissedEvents:
        """Return the next portion of the entries on these topics.

        Raises:
            Invalid: The cursor is invalid.
            Unavailable: Redis does not respond.
        """
        missed = await self._events_since(self._cursor, topics)
        self._cursor = missed.cursor
        if missed.entries and not missed.more and self_topic(self._user_id) in topics:
            self._filter.note_relations(missed.entries)  # they include the rest of the own log
            self._noted_cursor, self._is_noted = missed.cursor, True
        return missed

    async def filter(self, entries: list[Entry]) -> list[tuple[int, str, str]]:
        """Take entries from a list; return the visible ones, as `AudienceFilter.filter` does.

        Raises:
            Unavailable: Redis, or a MongoDB that a check needs, does not respond.
        """
        if not self._is_noted:
            await self._note_relations()
        self._is_noted = False  # a client may take long, and more may have changed by then
        return await run_replay_step(self._user_id, self._filter.filter, entries)

    async def _note_relations(self) -> None:
        has_more = True
        while has_more:
            own = await self._events_since(self._noted_cursor, {self_topic(self._user_id)})
            if own.reason:  # The log was trimmed meanwhile. The next portion reports the reason.
                return
            self._filter.note_relations(own.entries)
            self._noted_cursor, has_more = own.cursor, own.more

    async def _events_since(self, cursor: str, topics: Set[str]) -> MissedEvents:
        return await run_replay_step(self._user_id, events_since, cursor, topics, self._user_id)
