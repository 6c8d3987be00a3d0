"""`manage.py createsuperuser`: Django's command, recorded in the audit log."""

from django.contrib.auth.management.commands import createsuperuser

from mysocial.management.audited import AuditedCommand


class Command(AuditedCommand, createsuperuser.Command):
    """Create a superuser."""
