"""`manage.py send_test_email ADDRESS`: find out whether e-mail is sent, and if not, why."""

import smtplib
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from mysocial.core.email_url import is_delivered
from mysocial.core.ids import new_id
from mysocial.outbox import describe_email_error, email_headers, send_message

EXIT_INVALID = 2
FAILURES = (smtplib.SMTPException, OSError, AnymailError, ImproperlyConfigured, ImportError)


class Command(BaseCommand):
    help = (
        "Send a test e-mail with the settings of the site, and say what is wrong if it fails. "
        "Exit codes: 0 the server accepted it; 1 it did not, or no server is configured; 2 invalid "
        "address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="where to send it")

    def handle(self, *_: Any, **options: Any) -> None:
        address = options["address"]
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError("Enter an e-mail address.", returncode=EXIT_INVALID) from None
        message = EmailMessage(
            "Test e-mail",
            f"The settings of e-mail at {settings.PUBLIC_URL} work.",
            to=[address],
            headers=email_headers(new_id()),
        )
        try:
            send_message(message)
        except FAILURES as error:
            raise CommandError(describe_email_error(error)) from None
        name = settings.EMAIL_BACKEND.split(".")[-2]
        if not is_delivered(settings.EMAIL_BACKEND):
            raise CommandError(
                f"No e-mail is delivered: the backend {name} only keeps or prints it. "
                "Set EMAIL_URL."
            )
        self.stdout.write(
            f"{settings.EMAIL_HOST or name} accepted the e-mail to {address} from "
            f"{settings.DEFAULT_FROM_EMAIL}. If it does not arrive, look at its spam folder."
        )
