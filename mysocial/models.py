"""The models of the project itself, imported here so that Django finds them."""

from mysocial.admin.audit import AuditEntry
from mysocial.outbox.cascades import Removal
from mysocial.outbox.email import Mail

__all__ = ["AuditEntry", "Mail", "Removal"]
