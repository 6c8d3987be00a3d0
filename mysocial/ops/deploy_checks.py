"""Deployment checks: what `manage.py check --deploy` says about settings for production."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_email_provider(**_: Any) -> list[CheckMessage]:
    """Check that e-mails are sent: as files, they only accumulate on the disk of the worker."""
    if not settings.EMAIL_BACKEND.startswith("mysocial.outbox."):
        return []
    return [
        Error(
            "No e-mail is delivered: each is written to a file in DATA_DIR/emails and deleted "
            "after a day.",
            hint="Set SENDGRID_API_KEY.",
            id="mysocial.E001",
        )
    ]


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
