"""Services of accounts: the only writers of accounts, sessions, one-time tokens and exports."""

from accounts.services.erasure import delete_tokens, erase_account, erase_own_account
from accounts.services.exports import (
    delete_expired_exports,
    make_exports,
    remove_export,
    request_export,
    request_own_export,
    write_export,
)
from accounts.services.guesses import accept_attempt, count_attempt
from accounts.services.passwords import (
    change_password,
    create_token,
    find_token_owner,
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
from accounts.services.suspension import lift_suspension, suspend_account

__all__ = [
    "Device",
    "SignIn",
    "accept_attempt",
    "change_password",
    "count_attempt",
    "create_token",
    "delete_expired_exports",
    "delete_tokens",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "erase_account",
    "erase_own_account",
    "find_token_owner",
    "lift_suspension",
    "make_exports",
    "refresh",
    "remove_export",
    "remove_session",
    "request_export",
    "request_own_export",
    "request_reset",
    "request_verification",
    "reset_password",
    "sign_in",
    "sign_up",
    "suspend_account",
    "verify_email",
    "write_export",
]
