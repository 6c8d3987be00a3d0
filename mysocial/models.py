"""The models of the project itself, imported here because Django looks for them here."""

from mysocial.admin.audit import AuditEntry
from mysocial.admin.second_factor import SecondFactor
from mysocial.hooks.cursors import HookCursor
from mysocial.outbox import CascadeDeletion, Email
from mysocial.record_migrations.run import MigrationState
from mysocial.security_log import SecurityEvent

__all__ = [
    "AuditEntry",
    "CascadeDeletion",
    "Email",
    "HookCursor",
    "MigrationState",
    "SecondFactor",
    "SecurityEvent",
]
