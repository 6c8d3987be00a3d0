"""Services of accounts: the only writers of accounts, sessions, one-time tokens and exports."""

from accounts.services.approvals import approve_account
from accounts.services.captcha import create_captcha_challenge
from accounts.services.delivery_reports import report_email_failure
from accounts.services.email_changes import (
    is_pending_email_free,
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
from accounts.services.invites import create_invite, remove_invite
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
from accounts.services.sign_in_links import (
    request_sign_in_link,
    require_sign_in_links,
    sign_in_with_link,
)
from accounts.services.signup import needs_approval, require_open, sign_up, sign_up_options
from accounts.services.suspension import lift_suspension, suspend_account

__all__ = [
    "INVALID_LINK",
    "Device",
    "SignIn",
    "TokenOwner",
    "accept_attempt",
    "approve_account",
    "change_password",
    "count_attempt",
    "create_captcha_challenge",
    "create_invite",
    "create_token",
    "delete_expired_exports",
    "delete_tokens",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "erase_account",
    "erase_own_account",
    "find_token_owner",
    "is_pending_email_free",
    "lift_suspension",
    "make_exports",
    "needs_approval",
    "refresh",
    "remove_export",
    "remove_invite",
    "remove_session",
    "report_email_failure",
    "request_email_change",
    "request_export",
    "request_own_export",
    "request_reset",
    "request_sign_in_link",
    "request_verification",
    "require_open",
    "require_sign_in_links",
    "reset_password",
    "revoke_email_change",
    "sign_in",
    "sign_in_with_link",
    "sign_up",
    "sign_up_options",
    "suspend_account",
    "verify_email",
    "write_export",
]
