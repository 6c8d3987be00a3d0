"""Commands that are staff actions: recorded in the audit log before they run."""

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mysocial.admin import audit
from mysocial.core.errors import Unavailable

CHANNEL = "manage.py"


class AuditedCommand(BaseCommand):
    """A command whose use is recorded in the audit log: the user and the options.

    As a mixin for one of Django's commands, it is the first base class.
    """

    def is_staff_action(self, options: dict[str, Any]) -> bool:
        """Return whether the command changes anything with these options."""
        return True

    def execute(self, *args: Any, **options: Any) -> Any:
        if not self.is_staff_action(options):
            return super().execute(*args, **options)
        name = type(self).__module__.rpartition(".")[2]
        try:
            target = describe_target(options)
            with audit.staff_action(actor=login(), channel=CHANNEL, action=name, target=target):
                audit.record()
                return super().execute(*args, **options)
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error


def login() -> str:
    """Return the login name of the user who runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def describe_target(options: dict[str, Any]) -> str:
    """Return the options that name the target of the command; never a password."""
    names = ("action", "queue", "key", "repair", "file", "username", "user_name")
    given = {name: options[name] for name in names if options.get(name)}
    return " ".join(f"{name}={value}" for name, value in given.items())
