"""Request and response bodies of members."""

from datetime import date
from typing import Any

from rest_framework import serializers

from mysocial.api import (
    IdField,
    LinkField,
    MessageSerializer,
    NextField,
    StrictBooleanField,
    StrictSerializer,
    TextField,
)
from mysocial.core.errors import Invalid
from users.models import MessagingPolicy
from users.profile_texts import (
    MAX_DISPLAY_NAME_BYTES,
    MAX_DISPLAY_NAME_CHARACTERS,
    MAX_LABEL_BYTES,
    MAX_LABEL_CHARACTERS,
    MAX_LINKS,
)
from users.representations import ProfileSerializer
from users.services import USERNAME_PATTERN, check_birth_date, check_display_name

PENDING_REQUESTS = [("accept", "Accept all of them"), ("keep", "Keep them waiting")]


class UserResponseSerializer(MessageSerializer):
    """The response to a change of the profile."""

    user = ProfileSerializer()


class UserPageSerializer(serializers.Serializer[Any]):
    """A page of members."""

    users = ProfileSerializer(many=True, help_text="The members of this page.")
    next = NextField()


def _link(help_text: str) -> LinkField:
    return LinkField(required=False, allow_blank=True, help_text=help_text)


class ProfileLinkField(LinkField):
    """An https URL."""

    def to_internal_value(self, data: Any) -> str:
        link = super().to_internal_value(data)
        if not link.lower().startswith("https://"):
            raise serializers.ValidationError("Enter an https URL.", code="invalid")
        return link


class ProfileLinkInput(StrictSerializer):
    """A link of the profile."""

    # A field with this name hides the `label` of the serializer.
    label = TextField(  # type: ignore[assignment]
        max_characters=MAX_LABEL_CHARACTERS,
        max_bytes=MAX_LABEL_BYTES,
        required=False,
        default="",
        allow_blank=True,
        help_text="What the link is.",
    )
    url = ProfileLinkField(help_text="The https URL.")


class ProfileLinksField(serializers.ListField):
    """The links of a profile; more than there may be are refused before each is validated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ProfileLinkInput(), max_length=MAX_LINKS, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and len(data) > MAX_LINKS:
            raise serializers.ValidationError(
                f"A profile has at most {MAX_LINKS} links.", code="max_length"
            )
        links = super().to_internal_value(data)
        urls = [link["url"] for link in links]
        if len(urls) != len(set(urls)):
            raise serializers.ValidationError("Give each URL once.")
        return links


class ProfileInput(StrictSerializer):
    """The fields of the profile that a member can change."""

    display_name = TextField(
        max_characters=MAX_DISPLAY_NAME_CHARACTERS,
        max_bytes=MAX_DISPLAY_NAME_BYTES,
        required=False,
        allow_blank=True,
        help_text="The name to show, in any script, without `@`. Hidden characters are removed. "
        "Empty shows the username.",
    )
    bio = TextField(
        max_characters=500,
        required=False,
        allow_blank=True,
        help_text="A text about you; empty removes it.",
    )
    pronouns = TextField(
        max_characters=40,
        required=False,
        allow_blank=True,
        help_text="Pronouns; empty removes them.",
    )
    quote = TextField(
        max_characters=300, required=False, allow_blank=True, help_text="A quote; empty removes it."
    )
    work = TextField(
        max_characters=100,
        required=False,
        allow_blank=True,
        help_text="The place of work; empty removes it.",
    )
    school = TextField(
        max_characters=100,
        required=False,
        allow_blank=True,
        help_text="The school; empty removes it.",
    )
    location = TextField(
        max_characters=100,
        required=False,
        allow_blank=True,
        help_text="The place; empty removes it.",
    )
    facebook = _link("The URL of the Facebook profile; empty removes it.")
    instagram = _link("The URL of the Instagram profile; empty removes it.")
    twitter = _link("The URL of the Twitter profile; empty removes it.")
    youtube = _link("The URL of the YouTube channel; empty removes it.")
    links = ProfileLinksField(
        required=False,
        help_text="At most four links; they replace all former ones. A page is marked as verified "
        "when it links to `/people/{id}` of this site, with your id, with `rel=me`. Links that "
        "are not verified are checked again, even if they are the same.",
    )

    def validate_display_name(self, value: str) -> str:
        """Check the name here, to report it along with the errors of the other fields."""
        try:
            return check_display_name(value)
        except Invalid as error:
            raise serializers.ValidationError(error.errors["display_name"]) from None


class UsernameInput(StrictSerializer):
    """A new username."""

    username = serializers.RegexField(
        USERNAME_PATTERN,
        min_length=3,
        max_length=30,
        error_messages={"invalid": "Use 3 to 30 letters, digits or underscores."},
        help_text="3 to 30 letters, digits or underscores; unique regardless of case.",
    )


class ChannelsInput(StrictSerializer):
    """The channels of one type of notification."""

    in_app = StrictBooleanField(
        required=False, help_text="Whether such notifications appear in the list and as events."
    )
    email = StrictBooleanField(
        required=False, help_text="Whether such notifications are sent by e-mail."
    )


class NotificationPreferencesInput(StrictSerializer):
    """Notification preferences by type; omitted ones stay unchanged."""

    comment = ChannelsInput(required=False)
    reply = ChannelsInput(required=False)
    reaction = ChannelsInput(required=False)
    comment_reaction = ChannelsInput(required=False)
    follow = ChannelsInput(required=False)
    follow_request = ChannelsInput(required=False)
    follow_accepted = ChannelsInput(required=False)
    message = ChannelsInput(required=False)
    mention = ChannelsInput(required=False)
    poll = ChannelsInput(required=False)
    report = ChannelsInput(required=False)
    warning = ChannelsInput(required=False)


class SettingsInput(StrictSerializer):
    """The settings that a member can change."""

    is_private = StrictBooleanField(
        required=False,
        help_text="Whether following you needs a request, and only followers see your posts.",
    )
    pending_requests = serializers.ChoiceField(
        PENDING_REQUESTS,
        required=False,
        help_text="What happens to the requests to follow you when your account becomes public, or "
        "is: `accept` makes them follows, `keep` leaves them to you. By default, opening an "
        "account accepts them.",
    )
    who_may_message = serializers.ChoiceField(
        MessagingPolicy.choices,
        required=False,
        help_text="The members who may start a conversation with you.",
    )
    shows_presence = StrictBooleanField(
        required=False, help_text="Whether other members see that you are online."
    )
    shows_in_leaderboards = StrictBooleanField(
        required=False, help_text="Whether leaderboards may show you."
    )
    notifications = NotificationPreferencesInput(
        required=False,
        help_text="The channels of each type of notification; omitted ones stay unchanged.",
    )
    birth_date = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="Your birth date, which nobody else sees; null removes it.",
    )

    def validate_birth_date(self, value: date | None) -> date | None:
        """Check the date here, to report it along with the errors of the other fields."""
        try:
            check_birth_date(value)
        except Invalid as error:
            raise serializers.ValidationError(error.errors["birth_date"]) from None
        return value


class ChannelsSerializer(serializers.Serializer[Any]):
    """The channels of one type of notification."""

    in_app = serializers.BooleanField(
        help_text="Whether such notifications appear in the list and as events."
    )
    email = serializers.BooleanField(help_text="Whether such notifications are sent by e-mail.")


class NotificationPreferencesSerializer(serializers.Serializer[Any]):
    """Notification preferences by type."""

    comment = ChannelsSerializer()
    reply = ChannelsSerializer()
    reaction = ChannelsSerializer()
    comment_reaction = ChannelsSerializer()
    follow = ChannelsSerializer()
    follow_request = ChannelsSerializer()
    follow_accepted = ChannelsSerializer()
    message = ChannelsSerializer()
    mention = ChannelsSerializer()
    poll = ChannelsSerializer()
    report = ChannelsSerializer()
    warning = ChannelsSerializer()


class SettingsSerializer(serializers.Serializer[Any]):
    """A member's settings."""

    is_private = serializers.BooleanField(
        help_text="Whether following you needs a request, and only followers see your posts."
    )
    who_may_message = serializers.ChoiceField(
        MessagingPolicy.choices, help_text="The members who may start a conversation with you."
    )
    shows_presence = serializers.BooleanField(
        help_text="Whether other members see that you are online."
    )
    shows_in_leaderboards = serializers.BooleanField(
        help_text="Whether leaderboards may show you. Those of private accounts never do."
    )
    notifications = NotificationPreferencesSerializer(
        help_text="The channels of each type of notification."
    )
    birth_date = serializers.CharField(
        help_text="The birth date as `YYYY-MM-DD`, or empty; nobody else sees it."
    )


class OnlineSerializer(serializers.Serializer[Any]):
    """The ids of the requested members that are online."""

    users = serializers.ListField(
        child=IdField(), help_text="The ids of the requested members that are online."
    )


class SettingsResponseSerializer(MessageSerializer):
    """The response to a change of settings."""

    settings = SettingsSerializer()
