"""`manage.py sendtestemail`: Django's command, with one sentence if the e-mail is not accepted."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import sendtestemail

from mysocial.management.commands.send_test_email import FAILURES
from mysocial.outbox import describe_email_error


class Command(sendtestemail.Command):
    """Send a test e-mail."""

    def handle(self, *_: Any, **options: Any) -> None:
        """Send it.

        Raises:
            CommandError: No server accepted it.
        """
        try:
            super().handle(**options)
        except FAILURES as error:
            raise CommandError(describe_email_error(error)) from None
