"""E-mail backends that fail as providers and workers do."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Killed(BaseEmailBackend):
    """The worker is killed while it sends an e-mail."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SystemExit


class Unreachable(BaseEmailBackend):
    """The provider cannot be reached."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError


class RejectsOneRecipient(BaseEmailBackend):
    """The provider's client raises an unexpected exception for one recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if email_messages[0].to == ["poison@example.com"]:
            raise ValueError(email_messages[0].body)
        return 1
