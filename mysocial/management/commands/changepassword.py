"""`manage.py changepassword`: Django's own, written down."""

from django.contrib.auth.management.commands import changepassword

from mysocial.management.audited import AuditedCommand


class Command(AuditedCommand, changepassword.Command):
    """Changes the password of somebody of staff."""
