"""An e-mail backend for machines without a provider: one file per e-mail, kept for a day.

The files hold one-time tokens, so only the user of the processes can read them. In development,
`/devtools/emails/` shows them.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT_SECONDS = 24 * 3600


class EmailBackend(BaseEmailBackend):
    """Writes each e-mail to `EMAIL_FILE_PATH`, in a file named after its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = email_folder()
        for message in email_messages:
            name = message.message()["Message-ID"].strip("<>").partition("@")[0]
            part = folder / f"{name}.part"
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            part.write_bytes(message.message().as_bytes())
            part.replace(folder / f"{name}.eml")
        return len(email_messages)


def email_folder() -> Path:
    """Return the folder of the files, which only its owner can enter; create it if needed."""
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_mode & 0o077:  # from an earlier version
        folder.chmod(0o700)
    return folder


def delete_old_files() -> int:
    """Delete the files that are older than a day; return how many were deleted."""
    count = 0
    for file in Path(settings.EMAIL_FILE_PATH).glob("*.*"):
        try:
            if file.stat().st_mtime < time.time() - KEPT_SECONDS:
                file.unlink()
                count += 1
        except FileNotFoundError:
            continue  # another worker deleted it
    return count
