"""Request and response bodies of accounts."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from rest_framework import serializers

from accounts.email_addresses import (
    BLOCKED_EMAIL,
    MAX_EMAIL_LENGTH,
    is_blocked_email,
    normalize_email,
)
from accounts.models import EmailFailure
from accounts.passwords import find_weaknesses
from accounts.representations import ExportSerializer, SessionSerializer, SignInEventSerializer
from mysocial.api import (
    MediaField,
    MessageSerializer,
    NextField,
    PasswordField,
    StrictSerializer,
    TextField,
)
from mysocial.core.errors import Invalid
from users.representations import SharedProfileSerializer
from users.services import USERNAME_PATTERN, check_birth_date, check_username

# Django's validator also accepts quoted local parts with blanks and control characters. Neither
# side may contain an "@", or matching a text of many "@" would take quadratic time.
EMAIL = re.compile(r"[!-?A-~]+@[^@\s\x00-\x1f\x7f]+")
INVALID_EMAIL = "Enter a valid email address."
REFRESH_IN_HELP = "Where the refresh token is returned. Browsers should choose `cookie`."
REFRESH_LOCATIONS = [("cookie", "In an HttpOnly cookie"), ("body", "In the body")]


def _password(help_text: str) -> PasswordField:
    return PasswordField(help_text=help_text)


def _check(check: Callable[[Any], object], field: str, value: Any) -> None:
    """Check a value as a service does; its error becomes that of the field."""
    try:
        check(value)
    except Invalid as error:
        raise serializers.ValidationError(error.errors[field]) from None


class EmailAddressField(serializers.EmailField):
    """An e-mail address, validated and returned in its stored form."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if len(text) > MAX_EMAIL_LENGTH:
            return text  # the validator of `max_length` rejects it
        if '"' in text or not EMAIL.fullmatch(text):
            raise serializers.ValidationError(INVALID_EMAIL, code="invalid")
        try:
            return normalize_email(text)
        except ValueError:
            raise serializers.ValidationError(INVALID_EMAIL, code="invalid") from None


def _email(help_text: str) -> EmailAddressField:
    return EmailAddressField(max_length=MAX_EMAIL_LENGTH, help_text=help_text)


class SignUpInput(StrictSerializer):
    """A new account."""

    username = serializers.RegexField(
        USERNAME_PATTERN,
        min_length=3,
        max_length=30,
        error_messages={"invalid": "Use 3 to 30 letters, digits or underscores."},
        help_text="3 to 30 letters, digits or underscores; unique regardless of case.",
    )
    email = _email("An e-mail address, which a link in an e-mail confirms.")
    password = _password("At least 8 characters, and not a common password.")
    avatar_color = serializers.RegexField(
        r"^#[0-9a-fA-F]{6}\Z",
        required=False,
        help_text="The color of the generated avatar, as `#rrggbb`; chosen by default.",
    )
    avatar_image = MediaField(
        required=False, help_text="The profile picture: a file of a form, or a data URL."
    )
    invite = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        allow_blank=True,
        help_text="The invite code, if the site needs one; in any case, with or without dashes.",
    )
    captcha = serializers.CharField(
        max_length=2000,
        required=False,
        default="",
        allow_blank=True,
        help_text="The ALTCHA payload (base64) of a solved challenge, if the site needs one.",
    )
    birth_date = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        validators=[partial(_check, check_birth_date, "birth_date")],
        help_text="Needed if the site has a minimum age; nobody else sees it.",
    )
    refresh_in = serializers.ChoiceField(
        REFRESH_LOCATIONS, default="body", help_text=REFRESH_IN_HELP
    )

    def validate_email(self, value: str) -> str:
        """Check the domain here, to report it along with the errors of the other fields."""
        if is_blocked_email(value):
            raise serializers.ValidationError(BLOCKED_EMAIL)
        return value

    def validate_username(self, value: str) -> str:
        """Check the name here, to report it along with the errors of the other fields."""
        _check(check_username, "username", value)
        return value

    def validate_password(self, value: str) -> str:
        """Check the strength here, to report it along with the errors of the other fields."""
        owner = {name: str(self.initial_data.get(name, ""))[:254] for name in ("username", "email")}
        weaknesses = find_weaknesses(value, **owner)
        if weaknesses:
            raise serializers.ValidationError(weaknesses)
        return value


class SignUpOptionsSerializer(serializers.Serializer[Any]):
    """What a sign-up needs."""

    mode = serializers.ChoiceField(
        [
            ("open", "Everybody may sign up"),
            ("invite", "An invite code is needed"),
            ("approval", "Staff approve each sign-up"),
            ("closed", "Nobody may sign up"),
        ],
        help_text="Who may sign up.",
    )
    captcha = serializers.ChoiceField(
        [("off", "No challenge"), ("altcha", "A proof of work")],
        help_text="Whether `captcha` is needed: the solved challenge of `GET signup/challenge`.",
    )
    minimum_age = serializers.IntegerField(
        help_text="The minimum age in years; 0 for none. With it, `birth_date` is needed."
    )


class SignInInput(StrictSerializer):
    """A username or e-mail address, and the password."""

    username = TextField(
        max_characters=254, help_text="The username or the e-mail address, in any case."
    )
    password = _password("The password.")
    refresh_in = serializers.ChoiceField(
        REFRESH_LOCATIONS, default="body", help_text=REFRESH_IN_HELP
    )


class SignInLinkInput(StrictSerializer):
    """Where the refresh token of the new session is returned."""

    refresh_in = serializers.ChoiceField(
        REFRESH_LOCATIONS, default="body", help_text=REFRESH_IN_HELP
    )


class RefreshInput(StrictSerializer):
    """A refresh token; if it is omitted, that of the cookie is used."""

    refresh = serializers.CharField(
        max_length=200,
        required=False,
        help_text="The refresh token; by default, that of the cookie.",
    )


class EmailInput(StrictSerializer):
    """An e-mail address."""

    email = _email("The e-mail address of the account.")


class NewPasswordInput(StrictSerializer):
    """A new password."""

    password = _password("The new password.")


class EraseAccountInput(StrictSerializer):
    """The password, so that an unlocked device alone is not enough to erase the account."""

    password = _password("The current password.")


class ExportInput(StrictSerializer):
    """The password, so that an unlocked device alone is not enough to copy all data."""

    password = _password("The current password.")


class ChangeEmailInput(StrictSerializer):
    """The new address, and the password: an unlocked device alone must not take the account."""

    email = _email("The new e-mail address; the current one cancels a pending change.")
    password = _password("The current password.")


class ChangePasswordInput(StrictSerializer):
    """The current password and the new one."""

    current_password = _password("The current password.")
    new_password = _password("The new password.")


class AccountSerializer(SharedProfileSerializer):
    """Your own profile with the contact details."""

    email = serializers.EmailField(help_text="The e-mail address, which only its owner sees.")
    email_verified = serializers.BooleanField(help_text="Whether the e-mail address is confirmed.")
    pending_email = serializers.CharField(
        help_text="The new e-mail address until it is confirmed; empty if there is none."
    )
    email_failure = serializers.ChoiceField(
        [("", "None"), *EmailFailure.choices],
        help_text="Why no e-mail is sent to the address: it bounced, or was reported as spam. "
        "Empty if it can be reached. Confirming the address again, or another one, ends this.",
    )
    email_failed_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when no e-mail is sent; null if it is sent."
    )


class AccountResponseSerializer(MessageSerializer):
    """The response to a change of your account."""

    user = AccountSerializer()


class SignedInSerializer(MessageSerializer):
    """The response to a sign-up or sign-in. `refresh` is null if it was sent as a cookie."""

    user = AccountSerializer()
    access = serializers.CharField(help_text="The access token, valid for 15 minutes.")
    refresh = serializers.CharField(
        allow_null=True,
        help_text="The refresh token, which works once; null if it was sent as a cookie.",
    )


class TokensSerializer(MessageSerializer):
    """A new access token, and the refresh token that replaces the one sent."""

    access = serializers.CharField(help_text="The access token, valid for 15 minutes.")
    refresh = serializers.CharField(
        allow_null=True,
        help_text="The refresh token, which works once; null if it was sent as a cookie.",
    )


class SessionPageSerializer(serializers.Serializer[Any]):
    """A page of your sessions."""

    sessions = SessionSerializer(many=True, help_text="The sessions of this page.")
    next = NextField()


class SignInPageSerializer(serializers.Serializer[Any]):
    """A page of your sign-ins."""

    sign_ins = SignInEventSerializer(many=True, help_text="The sign-ins of this page.")
    next = NextField()


class ExportResponseSerializer(MessageSerializer):
    """The response to a request for an export."""

    export = ExportSerializer()


class ExportStateSerializer(serializers.Serializer[Any]):
    """Your export, or null if there is none."""

    export = ExportSerializer(
        allow_null=True, help_text="The latest export; null if there is none."
    )
