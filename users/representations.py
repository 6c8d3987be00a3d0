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

    id = serializers.CharField()
    username = serializers.CharField()
    avatar_color = serializers.CharField()
    avatar_url = serializers.CharField()


class PersonSerializer(AuthorSerializer):
    """A member, as shown in a list of people."""

    is_private = serializers.BooleanField()


class ProfileSerializer(AuthorSerializer):
    """A member's public profile."""

    created_at = serializers.DateTimeField()
    background_url = serializers.CharField()
    quote = serializers.CharField()
    work = serializers.CharField()
    school = serializers.CharField()
    location = serializers.CharField()
    facebook = serializers.CharField()
    instagram = serializers.CharField()
    twitter = serializers.CharField()
    youtube = serializers.CharField()
    is_private = serializers.BooleanField()
    posts_count = serializers.IntegerField()
    followers_count = serializers.IntegerField()
    following_count = serializers.IntegerField()
