"""JSON in and out of accounts."""

import re
from typing import Any

from rest_framework import serializers

from accounts.passwords import find_weaknesses
from mysocial.api import MediaField, StrictSerializer
from users.representations import ProfileSerializer

MAX_PASSWORD_LENGTH = 128
USERNAME = r"^[A-Za-z0-9_]{3,30}\Z"
# Django's also takes quoted local parts, with blanks and control characters in them. Neither side
# has an "@", or a text of many would be split at each of them in turn.
EMAIL = re.compile(r"[!-?A-~]+@[^@\s\x00-\x1f\x7f]+")
REFRESH_LOCATIONS = [("cookie", "In an HttpOnly cookie"), ("body", "In the body")]


def _password() -> serializers.CharField:
    return serializers.CharField(max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False)


def _email() -> serializers.EmailField:
    return serializers.EmailField(max_length=254, validators=[_check_email])


def _check_email(value: str) -> None:
    if '"' in value or not EMAIL.fullmatch(value):
        raise serializers.ValidationError("Enter a valid email address.")


class SignUpInput(StrictSerializer):
    """A new account."""

    username = serializers.RegexField(
        USERNAME,
        min_length=3,
        max_length=30,
        error_messages={"invalid": "3 to 30 letters, digits or underscores."},
    )
    email = _email()
    password = _password()
    avatar_color = serializers.RegexField(r"^#[0-9a-fA-F]{6}\Z", required=False)
    avatar_image = MediaField(required=False)
    refresh_in = serializers.ChoiceField(REFRESH_LOCATIONS, default="body")

    def validate_password(self, value: str) -> str:
        """Name the weaknesses along with the errors of the other fields."""
        about = {name: str(self.initial_data.get(name, ""))[:254] for name in ("username", "email")}
        weaknesses = find_weaknesses(value, **about)
        if weaknesses:
            raise serializers.ValidationError(weaknesses)
        return value


class SignInInput(StrictSerializer):
    """A username or e-mail address, and the password."""

    username = serializers.CharField(max_length=254)
    password = _password()
    refresh_in = serializers.ChoiceField(REFRESH_LOCATIONS, default="body")


class RefreshInput(StrictSerializer):
    """A refresh token; without one the cookie's is taken."""

    refresh = serializers.CharField(max_length=200, required=False)


class EmailInput(StrictSerializer):
    """An address."""

    email = _email()


class NewPasswordInput(StrictSerializer):
    """A new password."""

    password = _password()


class EraseAccountInput(StrictSerializer):
    """The password: whoever only found the device unlocked can't erase the account."""

    password = _password()


class ChangePasswordInput(StrictSerializer):
    """The password so far and the new one."""

    current_password = _password()
    new_password = _password()


class SelfSerializer(ProfileSerializer):
    """One's own profile with the contact details."""

    email = serializers.EmailField()
    email_verified = serializers.BooleanField()


class SignedInSerializer(serializers.Serializer[Any]):
    """The answer to a sign-up or sign-in. `refresh` is null when it was sent as a cookie."""

    message = serializers.CharField()
    user = SelfSerializer()
    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)


class TokensSerializer(serializers.Serializer[Any]):
    """A new access token and the refresh token that succeeds the one sent."""

    message = serializers.CharField()
    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)


class SessionSerializer(serializers.Serializer[Any]):
    """One sign-in."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    user_agent = serializers.CharField()
    address = serializers.CharField()
    current = serializers.BooleanField()


class SessionPageSerializer(serializers.Serializer[Any]):
    """A page of one's live sessions."""

    sessions = SessionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ExportSerializer(serializers.Serializer[Any]):
    """An export of one's own: what has become of it, and until when it is kept."""

    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(
        [("queued", "Queued"), ("ready", "Ready"), ("failed", "Failed")]
    )


class ExportResponseSerializer(serializers.Serializer[Any]):
    """The answer to who asks for an export."""

    message = serializers.CharField()
    export = ExportSerializer()


class ExportStateSerializer(serializers.Serializer[Any]):
    """One's export, if there is one."""

    export = ExportSerializer(allow_null=True)
