"""An e-mail backend for machines without a provider: one file per e-mail.

In development, `/devtools/emails/` shows the files.
"""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes each e-mail to `EMAIL_FILE_PATH`, in a file named after its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = message.message()["Message-ID"].strip("<>").partition("@")[0]
            part = folder / f"{name}.part"
            part.write_bytes(message.message().as_bytes())
            part.replace(folder / f"{name}.eml")
        return len(email_messages)
