"""The models of the project itself, imported here so that Django finds them."""

from mysocial.admin.audit import AuditEntry
from mysocial.outbox import CascadeDeletion, Email

__all__ = ["AuditEntry", "CascadeDeletion", "Email"]
