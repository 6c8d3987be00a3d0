"""Deployment checks: what `manage.py check --deploy` says about settings for production."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from mysocial.core.email_url import SMTP_BACKEND, is_delivered

EMAIL_HINT = "docs/settings.md lists what EMAIL_URL of each provider contains."
MIN_WEBHOOK_PASSWORD_LENGTH = 16
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@register(Tags.security, deploy=True)
def check_email_provider(**_: Any) -> list[CheckMessage]:
    """Check that e-mails are sent: files only accumulate, and a console shows one-time tokens."""
    if not is_delivered(settings.EMAIL_BACKEND):
        return [
            Error(
                f"No e-mail is delivered: {settings.EMAIL_BACKEND} only keeps or prints it.",
                hint="Set EMAIL_URL, such as smtp+tls://USER:PASSWORD@HOST.",
                id="mysocial.E001",
            )
        ]
    try:
        get_connection()
    except (ImproperlyConfigured, ImportError) as error:
        return [Error(f"E-mail cannot be sent. {error}", hint=EMAIL_HINT, id="mysocial.E003")]
    if not all(map(_is_strong, _webhook_secrets())):
        return [
            Error(
                "ANYMAIL_WEBHOOK_SECRET must be USER:PASSWORD, with a password of at least "
                f"{MIN_WEBHOOK_PASSWORD_LENGTH} random characters.",
                hint="Generate one: openssl rand -hex 24",
                id="mysocial.E004",
            )
        ]
    if settings.EMAIL_BACKEND == SMTP_BACKEND and not _is_encrypted_or_local():
        return [
            Warning(
                f"E-mails with one-time tokens go to {settings.EMAIL_HOST} without encryption.",
                hint="Set EMAIL_URL to smtp+tls:// or smtps://.",
                id="mysocial.W001",
            )
        ]
    return []


def _webhook_secrets() -> list[str]:
    secret = settings.ANYMAIL["WEBHOOK_SECRET"]
    secrets = [secret] if isinstance(secret, str) else [*secret]
    return secrets if secret else []


def _is_strong(secret: str) -> bool:
    user, _, password = secret.partition(":")
    return bool(user) and len(password) >= MIN_WEBHOOK_PASSWORD_LENGTH


def _is_encrypted_or_local() -> bool:
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    return is_encrypted or settings.EMAIL_HOST in LOCAL_HOSTS


@register(Tags.security, deploy=True)
def check_public_urls(**_: Any) -> list[CheckMessage]:
    """Check that the links of e-mails, which hold tokens, and all origins use HTTPS."""
    urls = {
        "PUBLIC_URL": [settings.PUBLIC_URL],
        "FRONTEND_URL": [settings.FRONTEND_URL],
        "ALLOWED_ORIGINS": settings.ALLOWED_ORIGINS,
    }
    return [
        Error(
            f"{name} must start with https://, but is {url}.",
            hint=f"Set {name} to the address that members use.",
            id="mysocial.E002",
        )
        for name, values in urls.items()
        for url in values
        if urlsplit(url).scheme != "https"
    ]
