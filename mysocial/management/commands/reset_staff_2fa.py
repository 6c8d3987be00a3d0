"""`manage.py reset_staff_2fa`: remove the second factor of a staff user."""

from typing import Any

from django.contrib.auth.models import User as Staff
from django.core.management.base import CommandError, CommandParser

from mysocial.admin.second_factor import remove_second_factor
from mysocial.management.audited import AuditedCommand


class Command(AuditedCommand):
    help = (
        "Remove the second factor of a staff user who has lost it, and the limits on guesses. "
        "Verify who asks for it first. If the password may be known, change it, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the username of the staff user")

    def handle(self, *_: Any, username: str, **options: Any) -> None:
        user = Staff.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no staff user {username!r}.", returncode=1)
        if remove_second_factor(user):
            self.stdout.write(f"The second factor of {username} was removed.")
        else:
            self.stdout.write(f"{username} has no second factor. The limits were reset.")
