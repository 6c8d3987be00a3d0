"""Services of accounts: the only writers of accounts, sessions, one-time tokens and exports."""

from accounts.services.email_changes import (
    request_email_change,
    request_verification,
    revoke_email_change,
    verify_email,
)
from accounts.services.erasure import erase_account, erase_own_account
from accounts.services.exports import (
    delete_expired_exports,
    make_exports,
    remove_export,
    request_export,
    request_own_export,
    write_export,
)
from accounts.services.guesses import accept_attempt, count_attempt
from accounts.services.one_time_tokens import (
    INVALID_LINK,
    TokenOwner,
    create_token,
    delete_tokens,
    find_token_owner,
)
from accounts.services.passwords import change_password, request_reset, reset_password
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
    "INVALID_LINK",
    "Device",
    "SignIn",
    "TokenOwner",
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
    "request_email_change",
    "request_export",
    "request_own_export",
    "request_reset",
    "request_verification",
    "reset_password",
    "revoke_email_change",
    "sign_in",
    "sign_up",
    "suspend_account",
    "verify_email",
    "write_export",
]
