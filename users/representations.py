"""Representations of members in responses and events: JSON templates and their schemas."""

from typing import Any

import orjson
from rest_framework import serializers

from mysocial.store import Field, JsonTemplate, RelatedField, Row
from users.store import CARD, SETTINGS, users

profile_template = JsonTemplate(
    users,
    Field(CARD),
    b",",
    Field("main"),
    b',"is_private":',
    Field("is_private"),
    b',"posts_count":',
    Field("posts_count"),
    b',"followers_count":',
    Field("followers_count"),
    b',"following_count":',
    Field("following_count"),
)


def author_parts(ref: str) -> list[bytes | RelatedField]:
    """Return the JSON parts of a complete author object; the field `ref` holds the author's id."""
    return [b"{", RelatedField(ref, CARD), b"}"]


def related_username(row: Row, ref: str) -> str:
    """Return the username of the member whose id is in the field `ref` of a row."""
    return str(orjson.loads(b"{%s}" % row.related(ref).value(CARD)).get("username", ""))


# Values for `JsonTemplate(refs=...)`: the fields of a member that a template loads. Post visibility
# needs `is_private`.
CARD_WITH_PRIVACY, CARD_ONLY = (users, (CARD, "is_private")), (users, (CARD,))


def person_parts(ref: str) -> list[bytes | RelatedField]:
    """Return the JSON parts of a member in a list, without the braces.

    The field `ref` holds the member's id.
    """
    return [RelatedField(ref, CARD), b',"is_private":', RelatedField(ref, "is_private")]


person_template = JsonTemplate(users, Field(CARD), b',"is_private":', Field("is_private"))


# Sent to the member only.
settings_template = JsonTemplate(
    users,
    b'"is_private":',
    Field("is_private"),
    b',"who_may_message":"',
    Field("who_may_message"),
    b'","shows_presence":',
    Field("shows_presence"),
    b",",
    Field(SETTINGS),
)


class AuthorSerializer(serializers.Serializer[Any]):
    """An author, as shown next to their content."""

    id = serializers.CharField(help_text="The id of the member.")
    username = serializers.CharField(help_text="The unique name of the member.")
    avatar_color = serializers.CharField(
        help_text="The color of the generated avatar, as `#rrggbb`."
    )
    avatar_url = serializers.CharField(
        help_text="The URL of the profile picture or of the generated avatar."
    )


class PersonSerializer(AuthorSerializer):
    """A member, as shown in a list of people."""

    is_private = serializers.BooleanField(help_text="Whether following the member needs a request.")


class ProfileSerializer(AuthorSerializer):
    """A member's public profile."""

    created_at = serializers.DateTimeField(help_text="When the member signed up.")
    background_url = serializers.CharField(
        help_text="The URL of the background image; empty if there is none."
    )
    quote = serializers.CharField(help_text="A quote; empty if there is none.")
    work = serializers.CharField(help_text="The place of work; empty if it is not given.")
    school = serializers.CharField(help_text="The school; empty if it is not given.")
    location = serializers.CharField(help_text="The place; empty if it is not given.")
    facebook = serializers.CharField(
        help_text="The URL of the Facebook profile; empty if it is not given."
    )
    instagram = serializers.CharField(
        help_text="The URL of the Instagram profile; empty if it is not given."
    )
    twitter = serializers.CharField(
        help_text="The URL of the Twitter profile; empty if it is not given."
    )
    youtube = serializers.CharField(
        help_text="The URL of the YouTube channel; empty if it is not given."
    )
    is_private = serializers.BooleanField(help_text="Whether following the member needs a request.")
    posts_count = serializers.IntegerField(help_text="The number of posts.")
    followers_count = serializers.IntegerField(help_text="The number of followers.")
    following_count = serializers.IntegerField(
        help_text="The number of members that the member follows."
    )
