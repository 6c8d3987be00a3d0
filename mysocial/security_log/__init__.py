"""The security log: sign-ins, changes of credentials, failures and reached limits.

A success is recorded by the write that it belongs to. Failures have no write; they are counted in
Redis, one entry per day, kind, account and network, and a task saves them as records. So a failure
costs one script without MongoDB, and an attacker cannot fill either server.
"""

from mysocial.security_log.failures import count_event, forget_account, save_counted_events
from mysocial.security_log.kinds import Kind, Outcome
from mysocial.security_log.networks import network_of
from mysocial.security_log.records import (
    SIGN_IN,
    SIGN_INS,
    VIEW_SECURITY_LOG,
    SecurityEvent,
    record_event,
    record_single_event,
    security_events,
)

__all__ = [
    "SIGN_IN",
    "SIGN_INS",
    "VIEW_SECURITY_LOG",
    "Kind",
    "Outcome",
    "SecurityEvent",
    "count_event",
    "forget_account",
    "network_of",
    "record_event",
    "record_single_event",
    "save_counted_events",
    "security_events",
]
