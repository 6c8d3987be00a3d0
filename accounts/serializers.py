"""Request and response bodies of accounts."""

import re
from typing import Any

from rest_framework import serializers

from accounts.email_addresses import MAX_EMAIL_LENGTH, normalize_email
from accounts.passwords import find_weaknesses
from mysocial.api import MediaField, StrictSerializer
from mysocial.core.errors import Invalid
from users.representations import ProfileSerializer
from users.services import check_username

MAX_PASSWORD_LENGTH = 128
USERNAME = r"^[A-Za-z0-9_]{3,30}\Z"
# Django's validator also accepts quoted local parts with blanks and control characters. Neither
# side may contain an "@", or matching a text of many "@" would take quadratic time.
EMAIL = re.compile(r"[!-?A-~]+@[^@\s\x00-\x1f\x7f]+")
INVALID_EMAIL = "Enter a valid email address."
REFRESH_LOCATIONS = [("cookie", "In an HttpOnly cookie"), ("body", "In the body")]


def _password() -> serializers.CharField:
    return serializers.CharField(max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False)


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


def _email() -> EmailAddressField:
    return EmailAddressField(max_length=MAX_EMAIL_LENGTH)


class SignUpInput(StrictSerializer):
    """A new account."""

    username = serializers.RegexField(
        USERNAME,
        min_length=3,
        max_length=30,
        error_messages={"invalid": "Use 3 to 30 letters, digits or underscores."},
    )
    email = _email()
    password = _password()
    avatar_color = serializers.RegexField(r"^#[0-9a-fA-F]{6}\Z", required=False)
    avatar_image = MediaField(required=False)
    refresh_in = serializers.ChoiceField(REFRESH_LOCATIONS, default="body")

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

    username = serializers.CharField(max_length=254)
    password = _password()
    refresh_in = serializers.ChoiceField(REFRESH_LOCATIONS, default="body")


class RefreshInput(StrictSerializer):
    """A refresh token; if it is omitted, that of the cookie is used."""

    refresh = serializers.CharField(max_length=200, required=False)


class EmailInput(StrictSerializer):
    """An e-mail address."""

    email = _email()


class NewPasswordInput(StrictSerializer):
    """A new password."""

    password = _password()


class EraseAccountInput(StrictSerializer):
    """The password, so that an unlocked device alone is not enough to erase the account."""

    password = _password()


class ExportInput(StrictSerializer):
    """The password, so that an unlocked device alone is not enough to copy all data."""

    password = _password()


class ChangePasswordInput(StrictSerializer):
    """The current password and the new one."""

    current_password = _password()
    new_password = _password()


class SelfSerializer(ProfileSerializer):
    """Your own profile with the contact details."""

    email = serializers.EmailField()
    email_verified = serializers.BooleanField()


class SignedInSerializer(serializers.Serializer[Any]):
    """The response to a sign-up or sign-in. `refresh` is null if it was sent as a cookie."""

    message = serializers.CharField()
    user = SelfSerializer()
    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)


class TokensSerializer(serializers.Serializer[Any]):
    """A new access token, and the refresh token that replaces the one sent."""

    message = serializers.CharField()
    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)


class SessionSerializer(serializers.Serializer[Any]):
    """A session: one sign-in on one device."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    user_agent = serializers.CharField()
    address = serializers.CharField()
    current = serializers.BooleanField()


class SessionPageSerializer(serializers.Serializer[Any]):
    """A page of your sessions."""

    sessions = SessionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ExportSerializer(serializers.Serializer[Any]):
    """An export of your data: its status, and until when it is kept."""

    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(
        [("queued", "Queued"), ("ready", "Ready"), ("failed", "Failed")]
    )


class ExportResponseSerializer(serializers.Serializer[Any]):
    """The response to a request for an export."""

    message = serializers.CharField()
    export = ExportSerializer()


class ExportStateSerializer(serializers.Serializer[Any]):
    """Your export, or null if there is none."""

    export = ExportSerializer(allow_null=True)
