"""Endpoints of accounts."""

from accounts.views.account import AccountViewSet
from accounts.views.exports import ExportViewSet
from accounts.views.pages import ResetPasswordPage, RevokeEmailChangePage, VerifyEmailPage
from accounts.views.public import PublicViewSet

__all__ = [
    "AccountViewSet",
    "ExportViewSet",
    "PublicViewSet",
    "ResetPasswordPage",
    "RevokeEmailChangePage",
    "VerifyEmailPage",
]
