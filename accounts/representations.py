"""Representations of accounts, sessions and exports; sent to their owner only."""

from typing import Any

from rest_framework import serializers

from accounts.store import CONTACT, DETAILS, accounts, exports, sessions
from mysocial.security_log import SIGN_IN, security_events
from mysocial.store import Field, JsonTemplate, Row
from users.representations import profile_template

contact_template = JsonTemplate(accounts, Field(CONTACT))
session_template = JsonTemplate(sessions, Field(DETAILS))
sign_in_template = JsonTemplate(security_events, Field(SIGN_IN))
export_template = JsonTemplate(exports, Field(DETAILS), b',"status":"', Field("status"), b'"')


def self_representation(user_id: str) -> list[Any]:
    """Return the JSON pieces of a member's own profile with the contact details."""
    *profile, end = profile_template.placeholders(user_id)
    return [*profile, b",", [accounts.key(user_id), CONTACT], end]


def render_self(profile: Row, contact: Row) -> bytes:
    """Return the JSON object of a member's own profile with the contact details."""
    return profile_template.render(profile)[:-1] + b"," + contact_template.render(contact)[1:]


def render_session(row: Row, *, current: bool) -> bytes:
    """Return the JSON object of a session; `current` marks that of the request."""
    return session_template.render(row)[:-1] + b',"current":%s}' % (
        b"true" if current else b"false"
    )


class SessionSerializer(serializers.Serializer[Any]):
    """A session: one sign-in on one device."""

    id = serializers.CharField(help_text="The id of the session.")
    created_at = serializers.DateTimeField(help_text="When the member signed in.")
    last_used_at = serializers.DateTimeField(help_text="When a token of the session was last used.")
    user_agent = serializers.CharField(help_text="The `User-Agent` header of the device.")
    address = serializers.CharField(help_text="The IP address of the device.")
    current = serializers.BooleanField(help_text="Whether this request belongs to the session.")


class SignInEventSerializer(serializers.Serializer[Any]):
    """A sign-in, or the sign-up."""

    id = serializers.CharField(help_text="The id of the sign-in.")
    created_at = serializers.DateTimeField(help_text="When the member signed in.")
    network = serializers.CharField(help_text="The network of the device, a part of its address.")
    user_agent = serializers.CharField(help_text="The `User-Agent` header of the device.")


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


class ChallengeSerializer(serializers.Serializer[Any]):
    """An ALTCHA challenge (version 1)."""

    algorithm = serializers.CharField(help_text="The hash function, `SHA-256`.")
    challenge = serializers.CharField(help_text="The hash of the salt and the number, in hex.")
    maxNumber = serializers.IntegerField(help_text="The highest possible number.")  # noqa: N815 - ALTCHA
    salt = serializers.CharField(help_text="The salt, which contains the expiry.")
    signature = serializers.CharField(help_text="The signature, which the payload repeats.")
