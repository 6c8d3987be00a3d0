"""The models of the project itself, imported here because Django looks for them here."""

from mysocial.admin.audit import AuditEntry
from mysocial.admin.second_factor import SecondFactor
from mysocial.outbox import CascadeDeletion, Email
from mysocial.security_log import SecurityEvent

__all__ = ["AuditEntry", "CascadeDeletion", "Email", "SecondFactor", "SecurityEvent"]
