"""Request and response bodies of accounts."""

import re
from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.email_addresses import MAX_EMAIL_LENGTH, normalize_email
from accounts.passwords import find_weaknesses
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
    birth_date = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Needed if the site has a minimum age; nobody else sees it.",
    )
    refresh_in = serializers.ChoiceField(
        REFRESH_LOCATIONS, default="body", help_text=REFRESH_IN_HELP
    )

    def validate_birth_date(self, value: date | None) -> date | None:
        """Check the date here, to report it along with the errors of the other fields."""
        try:
            check_birth_date(value)
        except Invalid as error:
            raise serializers.ValidationError(error.errors["birth_date"]) from None
        return value

    def validate_username(self, value: str) -> str:
        """Check the name here, to report it along with the errors of the other fields."""
        try:
            check_username(value)
        except Invalid as error:
            raise serializers.ValidationError(error.errors["username"]) from None
        return value

    def validate_password(self, value: str) -> str:
        """Check the strength here, to report it along with the errors of the other fields."""
        owner = {name: str(self.initial_data.get(name, ""))[:254] for name in ("username", "email")}
        weaknesses = find_weaknesses(value, **owner)
        if weaknesses:
            raise serializers.ValidationError(weaknesses)
        return value


class SignInInput(StrictSerializer):
    """A username or e-mail address, and the password."""

    username = TextField(
        max_characters=254, help_text="The username or the e-mail address, in any case."
    )
    password = _password("The password.")
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


class SessionSerializer(serializers.Serializer[Any]):
    """A session: one sign-in on one device."""

    id = serializers.CharField(help_text="The id of the session.")
    created_at = serializers.DateTimeField(help_text="When the member signed in.")
    last_used_at = serializers.DateTimeField(help_text="When a token of the session was last used.")
    user_agent = serializers.CharField(help_text="The `User-Agent` header of the device.")
    address = serializers.CharField(help_text="The IP address of the device.")
    current = serializers.BooleanField(help_text="Whether this request belongs to the session.")


class SessionPageSerializer(serializers.Serializer[Any]):
    """A page of your sessions."""

    sessions = SessionSerializer(many=True, help_text="The sessions of this page.")
    next = NextField()


class SignInEventSerializer(serializers.Serializer[Any]):
    """A sign-in, or the sign-up."""

    id = serializers.CharField(help_text="The id of the sign-in.")
    created_at = serializers.DateTimeField(help_text="When the member signed in.")
    network = serializers.CharField(help_text="The network of the device, a part of its address.")
    user_agent = serializers.CharField(help_text="The `User-Agent` header of the device.")


class SignInPageSerializer(serializers.Serializer[Any]):
    """A page of your sign-ins."""

    sign_ins = SignInEventSerializer(many=True, help_text="The sign-ins of this page.")
    next = NextField()


class ExportSerializer(serializers.Serializer[Any]):
    """An export of your data: its status, and until when it is kept."""

    requested_at = serializers.DateTimeField(help_text="When the export was requested.")
    ready_at = serializers.DateTimeField(
        allow_null=True, help_text="When the archive was ready; null before."
    )
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the archive is deleted; null before it is ready."
    )
    size = serializers.IntegerField(
        allow_null=True, help_text="The size of the archive in bytes; null before it is ready."
    )
    status = serializers.ChoiceField(
        [("queued", "Queued"), ("ready", "Ready"), ("failed", "Failed")],
        help_text="The state of the export.",
    )


class ExportResponseSerializer(MessageSerializer):
    """The response to a request for an export."""

    export = ExportSerializer()


class ExportStateSerializer(serializers.Serializer[Any]):
    """Your export, or null if there is none."""

    export = ExportSerializer(
        allow_null=True, help_text="The latest export; null if there is none."
    )
