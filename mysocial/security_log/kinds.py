"""The kinds and outcomes of security events."""

from django.db import models


class Kind(models.TextChoices):
    """What was done or attempted."""

    SIGN_UP = "sign_up", "Sign-up"
    SIGN_IN = "sign_in", "Sign-in"
    SIGN_IN_LINK_REQUEST = "sign_in_link_request", "Request for a link to sign in"
    REFRESH = "refresh", "Refresh of a token"
    PASSWORD_CHECK = "password_check", "Check of the password"
    PASSWORD_CHANGE = "password_change", "Change of the password"
    PASSWORD_RESET_REQUEST = "password_reset_request", "Request to reset the password"
    PASSWORD_RESET = "password_reset", "Reset of the password"
    EMAIL_CONFIRMATION = "email_confirmation", "Confirmation of the address"
    EMAIL_CHANGE_REQUEST = "email_change_request", "Request to change the address"
    EMAIL_CHANGE = "email_change", "Change of the address"
    EMAIL_CHANGE_REVOCATION = "email_change_revocation", "Revocation of a change of the address"
    EMAIL_DELIVERY = "email_delivery", "Delivery of an e-mail"
    EMAIL_WEBHOOK = "email_webhook", "Report of the e-mail provider"
    EXPORT = "export", "Request for a data export"
    ERASURE = "erasure", "Erasure of an account"
    RATE_LIMIT = "rate_limit", "Rate limit"
    STAFF_SIGN_IN = "staff_sign_in", "Sign-in of staff"
    STAFF_SECOND_FACTOR = "staff_second_factor", "Second factor of staff"
    STAFF_PERMISSIONS = "staff_permissions", "Change of staff or roles"


class Outcome(models.TextChoices):
    """What came of it."""

    SUCCESS = "success", "Success"
    FAILURE = "failure", "Failure"
    REUSE = "reuse", "Reuse of a token"
    LIMITED = "limited", "Limit reached"
