"""`manage.py changepassword`: Django's command, recorded in the audit log."""

from django.contrib.auth.management.commands import changepassword

from mysocial.management.audited import AuditedCommand


class Command(AuditedCommand, changepassword.Command):
    """Change the password of a staff user."""
