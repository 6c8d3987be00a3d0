"""E-mail backends that fail as providers and workers do."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Dying(BaseEmailBackend):
    """The worker is killed while it hands a mail over."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SystemExit


class Away(BaseEmailBackend):
    """The provider does not answer."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError


class Choosy(BaseEmailBackend):
    """The provider's client raises what nobody expects, for one receiver."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if email_messages[0].to == ["poison@example.com"]:
            raise ValueError(email_messages[0].body)
        return 1
