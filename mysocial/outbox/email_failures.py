"""Why an e-mail could not be sent, in a sentence, and whether another attempt makes sense."""

import smtplib
import socket
import ssl
from collections.abc import Callable

from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MAX_REASON_LENGTH = 300
MAX_REPLY_LENGTH = 200
# A server may quote the e-mail in its reply: links, which hold one-time tokens, and addresses.
PRIVATE_PARTS = ("://", "token=", "@")
# Of HTTP: the request was understood and refused, so the same one will be refused again. 401, 402
# and 403 concern the account at the provider, 408 and 429 the moment.
PERMANENT_STATUSES = frozenset({400, 404, 406, 409, 413, 414, 415, 422})
MIN_PERMANENT_REPLY = 500  # of SMTP (RFC 5321, section 4.2.1)


def is_permanent(error: Exception) -> bool:
    """Return whether the server refused this very e-mail, so that no attempt can succeed.

    A refused sign-in, sender or connection concerns all e-mails and the configuration. Those are
    tried again, so that an operator can correct it without losing an e-mail.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(code >= MIN_PERMANENT_REPLY for code, _ in error.recipients.values())
        case smtplib.SMTPDataError():
            return error.smtp_code >= MIN_PERMANENT_REPLY
        case AnymailRecipientsRefused():
            return True
        case AnymailAPIError():
            return error.status_code in PERMANENT_STATUSES
    return False


def describe_email_error(error: Exception) -> str:
    """Return in a sentence why sending an e-mail failed; it contains no link and no password."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
        timeout = error.__context__  # smtplib reports a timeout as a closed connection.
        error = timeout if isinstance(timeout, TimeoutError) else error
    describe = _describe_smtp if isinstance(error, smtplib.SMTPException) else _describe_other
    return describe(error)[:MAX_REASON_LENGTH]


def _describe_smtp(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return f"The mail server refused the recipient: {_reply(code, text)}"
        case smtplib.SMTPSenderRefused():
            reply = _reply(error.smtp_code, error.smtp_error)
            return f"The mail server refused the sender, DEFAULT_FROM_EMAIL: {reply}"
        case smtplib.SMTPDataError():
            return (
                f"The mail server refused the message: {_reply(error.smtp_code, error.smtp_error)}"
            )
        case smtplib.SMTPAuthenticationError():
            reply = _reply(error.smtp_code, error.smtp_error)
            return f"The mail server refused the user name or password of EMAIL_URL: {reply}"
        case smtplib.SMTPResponseException():
            reply = _reply(error.smtp_code, error.smtp_error)
            return f"The mail server refused the connection: {reply}"
        case smtplib.SMTPServerDisconnected():
            return f"The mail server closed the connection: {_clean(error)}"
        case smtplib.SMTPNotSupportedError():
            return f"The mail server lacks what EMAIL_URL asks for: {_clean(error)}"
    return f"SMTP failed: {type(error).__name__}."


def _describe_other(error: Exception) -> str:
    server = settings.EMAIL_HOST or "The provider"
    reasons: tuple[tuple[type[Exception], Callable[[], str]], ...] = (
        (
            ssl.SSLCertVerificationError,
            lambda: (
                f"The certificate of {server} is not valid: {getattr(error, 'verify_message', '')}."
            ),
        ),
        (
            ssl.SSLError,
            lambda: (
                f"TLS with {server} failed. Servers expect smtps:// at port 465 and smtp+tls:// "
                "at port 587."
            ),
        ),
        (TimeoutError, lambda: f"{server} did not respond in time."),
        (socket.gaierror, lambda: f"The host name {server} cannot be resolved."),
        (ConnectionRefusedError, lambda: f"{server} refused the connection."),
        (ConnectionError, lambda: f"{server} closed the connection."),
        (AnymailRecipientsRefused, lambda: "The provider refused the recipient."),
        (AnymailAPIError, lambda: _describe_api_error(error)),
        (AnymailConfigurationError, lambda: _clean(error)),
        (ImproperlyConfigured, lambda: _clean(error)),
        (AnymailError, lambda: f"The provider cannot send this e-mail: {_clean(error)}"),
        (OSError, lambda: f"{server} cannot be reached: {_clean(error)}"),
    )
    # The message of any other exception may quote the e-mail.
    return next(
        (describe() for kind, describe in reasons if isinstance(error, kind)),
        f"Unexpected error: {type(error).__name__}.",
    )


def _describe_api_error(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    if status is None:
        cause = type(error.__cause__ or error).__name__
        return f"The provider cannot be reached: {cause}."
    text = getattr(getattr(error, "response", None), "text", "") or ""
    return f"The provider refused the request: {_reply(status, text)}"


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {_clean(text)}".strip()


def _clean(text: object) -> str:
    """Return a text of a server as one short line without links and addresses."""
    line = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    line = "".join(character if character.isprintable() else " " for character in line)
    words = ("…" if _is_private(word) else word for word in line.split())
    return " ".join(words)[:MAX_REPLY_LENGTH]


def _is_private(word: str) -> bool:
    return any(part in word.lower() for part in PRIVATE_PARTS)
