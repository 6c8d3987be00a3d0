"""`manage.py createsuperuser`: Django's own, written down."""

from django.contrib.auth.management.commands import createsuperuser

from mysocial.management.audited import AuditedCommand


class Command(AuditedCommand, createsuperuser.Command):
    """Makes a superuser."""
