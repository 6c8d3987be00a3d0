"""Endpoints of accounts."""

from accounts.views.account import AccountViewSet
from accounts.views.email_webhook import email_webhook
from accounts.views.exports import ExportViewSet
from accounts.views.pages import (
    ResetPasswordPage,
    RevokeEmailChangePage,
    SignInLinkPage,
    VerifyEmailPage,
)
from accounts.views.public import PublicViewSet
from accounts.views.sign_in_links import SignInLinkViewSet

__all__ = [
    "AccountViewSet",
    "ExportViewSet",
    "PublicViewSet",
    "ResetPasswordPage",
    "RevokeEmailChangePage",
    "SignInLinkPage",
    "SignInLinkViewSet",
    "VerifyEmailPage",
    "email_webhook",
]
