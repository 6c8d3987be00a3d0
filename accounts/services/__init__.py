"""Verbs of accounts: the only writers of accounts, sessions and one-time tokens."""

from accounts.services.erasure import erase_account, erase_own_account
from accounts.services.passwords import (
    change_password,
    mint_token,
    request_reset,
    request_verification,
    reset_password,
    verify_email,
)
from accounts.services.sessions import (
    Device,
    SignIn,
    end_all_sessions,
    end_own_session,
    end_session,
    refresh,
    remove_session,
    sign_in,
)
from accounts.services.signup import sign_up

__all__ = [
    "Device",
    "SignIn",
    "change_password",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "erase_account",
    "erase_own_account",
    "mint_token",
    "refresh",
    "remove_session",
    "request_reset",
    "request_verification",
    "reset_password",
    "sign_in",
    "sign_up",
    "verify_email",
]
