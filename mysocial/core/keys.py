"""Redis names: every key and marker, for Python and for the Lua scripts.

Nothing else in the code spells a Redis name; `mysocial.core.topics` has those of topics. Rate
limits and the script loader, which are below the record store, need the module, too.
`docs/write-path.md` explains what each key holds. The constants that are text are local variables
of every Lua script (see `lua_prelude`).
"""

import re
from typing import NamedTuple

# The event log, and the clock that gives versions and event ids.
EPOCH = "epoch"  # the name of this event log; a new one means that all history is lost
CLOCK = "clock"  # the last version or event id, in microseconds
EVENT_LOG = "events"  # the newest events
PACKED_EVENTS = "packed_events"  # older ones: compressed blocks, by the offset of their last event
TOPIC_LOG_PREFIX = "events:"  # by topic: the offsets of its events
TOPICS = "topic_logs"  # the topics that have a log, in the order in which the logs are trimmed
RECENT_FLOOR = "recent_floor"  # the offset up to which the newest events are packed or trimmed
LOG_FLOOR = "log_floor"  # the offset up to which all logs are trimmed

# Write-behind. None of these may expire: a full server must not evict them.
DIRTY_PREFIX = "dirty:"  # by queue: the keys of records that MongoDB does not have yet
DEAD_LETTERS_PREFIX = "dead_letters:"  # by queue: the records that MongoDB rejected, and why
ATTEMPTS_PREFIX = "attempts:"  # by queue: how often each record was rejected
HOLDERS_PREFIX = "holders:"  # by unique key: the unflushed records that claimed or released it
FLUSHED_COUNTS = "flushed_counts"  # by queue: how many records were flushed
EXPIRING = "expiring"  # the keys to delete, by time: what must not be evicted carries no TTL
BACKUP_FREEZE = "freeze"  # while it exists, no record is marked as flushed
INSTALLATION = "installation"  # the id that Redis shares with its MongoDB: see docs/recovery.md
FLUSHED_CLOCK = "flushed_clock"  # the highest clock of the mark that MongoDB has confirmed
CHECKED_RUN = "checked_run"  # the run_id of the Redis process that was compared with MongoDB
MONGODB_IS_OLDER = "mongodb_is_older"  # while it exists, "flushed" is not true for each record
RECOUNT = "recount"  # while it exists, counters and references must be compared
WRITE_FREEZE = "write_freeze"  # while it exists, no write is accepted

# Short-lived coordination.
FETCH_TOKENS = "fetch_tokens"  # the last token of a fetch from MongoDB
WAKEUP_PREFIX = "wakeup:"  # by name: a Celery message for these workers is pending
LEASE_PREFIX = "lease:"
RECOVERY_LEASE = f"{LEASE_PREFIX}recovery"  # the epoch that a process gives to an older Redis
HEARTBEAT_PREFIX = "heartbeat:"
BACKOFF = "backoff"  # while it exists, no worker asks MongoDB
BACKOFF_ATTEMPTS = "backoff:attempts"
LAST_BACKUP = "last_backup"  # when the newest backup was made, in seconds since 1970
WRITE_PROBE = "write_probe"  # written by /health/ready
ONLINE_MEMBERS = "presence"  # members, by the time at which they go offline
CONNECTIONS_PREFIX = "presence:"  # by member: connections, by the time at which each is given up

# Requests.
IDEMPOTENCY_PREFIX = "idempotency:"
NEW_RESPONSES = "new_responses"  # when each stored response is due, and its digest
PACKED_RESPONSES = "packed_responses"  # the same, of those that are compressed
UNSAVED_RESPONSES = "unsaved_responses"  # the same, of those of the latter that MongoDB lacks
DAILY_BYTES_PREFIX = "daily_bytes:"  # by day since 1970: what each member has written, in bytes
UPLOADS_PREFIX = "uploads:"  # a field of the same hash: what a member has uploaded, in bytes
RATE_LIMIT_PREFIX = "rate_limit:"
KNOWN_NETWORKS_PREFIX = "known_networks:"
EMAIL_SENT_PREFIX = "email_sent:"
EMAIL_MESSAGE_PREFIX = "email_message:"  # by hash of the provider's id: the id of the e-mail
LEADERBOARD_PREFIX = "leaderboard:"
SUGGESTIONS_PREFIX = "suggestions:"  # by member, in Django's cache: the candidates
SECURITY_EVENTS_PREFIX = "security_events:"  # by day: counts of events that have no write
UNSAVED_EVENTS = "+"  # a field of the same hash: how many events were counted since they were saved
EMAIL_DAY_PREFIX = "email_day:"  # by member: the e-mails that have a place in the member's day

# The fields of an e-mail day beside the ids of its e-mails.
EMAIL_DAY_END = "end"  # in milliseconds since 1970
EMAIL_DIGEST = "digest"  # the id of the e-mail that lists what was held back

# Names of records, of their lists and of their unique values:
# `posts.post:<id>`, `posts.post/author:<value>`, `accounts.account=email:<value>`.
RECORD_SEPARATOR = ":"
LIST_SEPARATOR = "/"
UNIQUE_SEPARATOR = "="
UNFLUSHED_SUFFIX = "+"  # after a list's key: the changes to it that MongoDB does not have yet
SOURCES_SUFFIX = "&"  # after the key of a follow-graph list: the accounts that it is made of
ALL_SOURCES = "~" * 65  # among these: none is missing. Redis hashes a set with so long a member
LARGE_ACCOUNTS = "*"  # as a list's value: the authors with too many followers to fan out to

# The fields of a record's hash beside its own. A record whose hash has no version is not known.
VERSION = "v"  # raised by each write
REVISION = "r"  # the version of the last change to a field that is not a counter
TOMBSTONE = "x"  # the record is deleted, or MongoDB does not have it
CLEANUP = "o"  # the list entries and unique keys to clean up after the flush
FETCH_TOKEN = "?"  # noqa: S105 - the record, list or unique value is being fetched from MongoDB

# The members and scores of a list's sorted set. A list without a floor is not known.
FLOOR = "~"  # its score is the one above which the list is complete
LIST_MARKERS = {FLOOR.encode(), FETCH_TOKEN.encode()}  # entries of a list that are no records
COMPLETE = "-inf"  # the floor of a list that has all entries
REMOVED = "-inf"  # the score of an entry that was removed

# What the pending cleanup of a record names.
LIST_CLEANUP = "l"
UNIQUE_CLEANUP = "u"

# The first byte of a stored response.
RAW, PACKED = "r", "z"

# The bytes in Redis that cannot be evicted, by what they hold.
STORED_BYTES = "stored_bytes"
EVENT_BYTES = "events"
RESPONSE_BYTES = "responses"

# The channel layer (channels-redis): its prefix, and the group that every dispatcher joins.
CHANNEL_LAYER_PREFIX = "asgi"
DISPATCHER_GROUP = "dispatchers"
DISPATCHER_CHANNEL = f"{CHANNEL_LAYER_PREFIX}__group__{DISPATCHER_GROUP}"

_STORE_KEY = re.compile(
    rf"([a-z]+\.[a-z]+)([{RECORD_SEPARATOR}{LIST_SEPARATOR}{UNIQUE_SEPARATOR}])(.*)", re.DOTALL
)


class StoreKey(NamedTuple):
    """The parts of a key of the record store."""

    label: str
    separator: str  # RECORD_SEPARATOR, LIST_SEPARATOR or UNIQUE_SEPARATOR
    rest: str  # the id, or `<index>:<value>`, or `<field>:<value>`

    @property
    def is_cached_list(self) -> bool:
        """Whether this is a list itself, and not what belongs to a list."""
        is_list = self.separator == LIST_SEPARATOR
        return is_list and self.rest[-1:] not in {UNFLUSHED_SUFFIX, SOURCES_SUFFIX, LARGE_ACCOUNTS}

    def __str__(self) -> str:
        return f"{self.label}{self.separator}{self.rest}"


# The record store ---------------------------------------------------------------------------------


def record_prefix(label: str) -> str:
    """Return what the keys of a model's records start with."""
    return f"{label}{RECORD_SEPARATOR}"


def list_prefix(label: str, index: str) -> str:
    """Return what the keys of an index's lists start with."""
    return f"{label}{LIST_SEPARATOR}{index}:"


def unique_key(label: str, field: str, value: str) -> str:
    """Return the key that says which record holds a unique value."""
    return f"{label}{UNIQUE_SEPARATOR}{field}:{value}"


def unflushed(list_key: str) -> str:
    """Return the key of the changes to a list that MongoDB does not have yet."""
    return f"{list_key}{UNFLUSHED_SUFFIX}"


def parse_record_key(key: str) -> tuple[str, str]:
    """Return the label and the id of a record's key."""
    label, _, pk = key.partition(RECORD_SEPARATOR)
    return label, pk


def parse_list_key(key: str) -> tuple[str, str, str]:
    """Return the label, the index and the value of a list's key."""
    label, _, rest = key.partition(LIST_SEPARATOR)
    index, _, value = rest.partition(":")
    return label, index, value


def parse_unique_key(key: str) -> tuple[str, str, str]:
    """Return the label, the field and the value of the key of a unique value."""
    label, _, rest = key.partition(UNIQUE_SEPARATOR)
    field, _, value = rest.partition(":")
    return label, field, value


def parse_store_key(key: str) -> StoreKey | None:
    """Return the parts of a key of the record store; None for any other key."""
    match = _STORE_KEY.fullmatch(key)
    return StoreKey(*match.groups()) if match else None


# Write-behind and coordination --------------------------------------------------------------------


def dirty(queue: str) -> str:
    """Return the key of the records of a queue that MongoDB does not have yet."""
    return f"{DIRTY_PREFIX}{queue}"


def dead_letters(queue: str) -> str:
    """Return the key of the records of a queue that MongoDB rejected."""
    return f"{DEAD_LETTERS_PREFIX}{queue}"


def holders(unique: str) -> str:
    """Return the key of the unflushed records that claimed or released a unique value."""
    return f"{HOLDERS_PREFIX}{unique}"


def wakeup(name: str) -> str:
    """Return the key that exists while a wake-up message of this name is pending."""
    return f"{WAKEUP_PREFIX}{name}"


def lease(name: str) -> str:
    """Return the key of the lease that only one worker holds at a time."""
    return f"{LEASE_PREFIX}{name}"


def heartbeat(name: str) -> str:
    """Return the key of the heartbeat of the scheduler or of a Celery node."""
    return f"{HEARTBEAT_PREFIX}{name}"


# Requests -----------------------------------------------------------------------------------------


def idempotency(digest: str) -> str:
    """Return the key of the stored response to an idempotent request."""
    return f"{IDEMPOTENCY_PREFIX}{digest}"


def rate_limit(scope: str, identity: str) -> str:
    """Return the key of the request count of a member, network or name."""
    return f"{RATE_LIMIT_PREFIX}{scope}:{identity}"


def known_networks(account_hash: str) -> str:
    """Return the key of the networks from which an account signed in, by when each is forgotten."""
    return f"{KNOWN_NETWORKS_PREFIX}{account_hash}"


def security_events(day: str) -> str:
    """Return the key that counts the security events of a day, such as `2026-01-31`."""
    return f"{SECURITY_EVENTS_PREFIX}{day}"


def email_sent(kind: str, subject: str) -> str:
    """Return the key that names the e-mail of this kind that was sent about a subject today."""
    return f"{EMAIL_SENT_PREFIX}{kind}:{subject}"


def leaderboard(kind: str) -> str:
    """Return the key of the first members of a leaderboard, in Django's cache."""
    return f"{LEADERBOARD_PREFIX}{kind}"


def email_message(message_hash: str) -> str:
    """Return the key that names the e-mail with the id of a provider that has this hash."""
    return f"{EMAIL_MESSAGE_PREFIX}{message_hash}"


def email_day(recipient: str) -> str:
    """Return the key of the e-mails that were sent to a member within a day."""
    return f"{EMAIL_DAY_PREFIX}{recipient}"


# Events -------------------------------------------------------------------------------------------


def topic_log(topic: str) -> str:
    """Return the key of the event log of one topic."""
    return f"{TOPIC_LOG_PREFIX}{topic}"


def is_topic_log(key: str) -> bool:
    """Return whether a key is the log of a topic."""
    return key.startswith(TOPIC_LOG_PREFIX)


# Lua ----------------------------------------------------------------------------------------------


def lua_prelude() -> str:
    """Return the constants of this module as Lua local variables, one a line."""
    constants = {name: value for name, value in globals().items() if name.isupper()}
    return "".join(f"local {name} = '{value}'\n" for name, value in constants.items()
                   if isinstance(value, str) and not name.startswith("_"))  # fmt: skip
