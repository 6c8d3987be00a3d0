"""Commands that are acts of staff: written down before they do anything."""

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mysocial.admin import audit
from mysocial.core.errors import Unavailable

VIA = "manage.py"


class AuditedCommand(BaseCommand):
    """A command whose use is in the audit log: who ran it, and with which options.

    Mixed into a command of Django's it comes first.
    """

    def is_act(self, options: dict[str, Any]) -> bool:
        """Tell whether it does more than look, with these options."""
        return True

    def execute(self, *args: Any, **options: Any) -> Any:
        if not self.is_act(options):
            return super().execute(*args, **options)
        name = type(self).__module__.rpartition(".")[2]
        try:
            with audit.staff_action(actor=login(), channel=VIA, action=name, target=said(options)):
                audit.record()
                return super().execute(*args, **options)
        except Unavailable as error:
            raise CommandError(str(error), returncode=2) from error


def login() -> str:
    """Return the name of whoever runs the command on this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def said(options: dict[str, Any]) -> str:
    """Return the options that say what it is done to; never a password."""
    told = ("action", "queue", "key", "repair", "file", "username", "user_name")
    given = {name: options[name] for name in told if options.get(name)}
    return " ".join(f"{name}={value}" for name, value in given.items())
