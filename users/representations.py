"""Representations of members in responses and events: JSON templates and their schemas."""

from collections.abc import Sequence
from typing import Any

import orjson
from rest_framework import serializers

from mysocial.policies import Audience, relationship_policy
from mysocial.store import Field, JsonTemplate, RelatedField, Row
from users.store import CARD, POST_COUNTERS, SETTINGS, users

_POSTS_COUNT = b',"posts_count":'


def _profile_template(*posts_count: bytes | Field, load: Sequence[str] = ()) -> JsonTemplate:
    """Return a template of profiles with the given parts for the number of posts."""
    return JsonTemplate(
        users,
        Field(CARD),
        b",",
        Field("main"),
        b',"is_private":',
        Field("is_private"),
        *posts_count,
        b',"followers_count":',
        Field("followers_count"),
        b',"following_count":',
        Field("following_count"),
        load=load,
    )


# Without the number of posts, which depends on the viewer.
shared_profile_template = _profile_template()
# For the member. It loads all that `render_profile` needs.
profile_template = _profile_template(_POSTS_COUNT, Field("posts_count"), load=tuple(POST_COUNTERS))
_follower_template = _profile_template(_POSTS_COUNT, Field("follower_posts_count"))
_public_template = _profile_template(_POSTS_COUNT, Field("public_posts_count"))
_no_posts_template = _profile_template(_POSTS_COUNT, b"0")


def render_profile(row: Row, *, viewer_id: str) -> bytes:
    """Return the profile as a viewer may see it, with the number of posts that they may see.

    Args:
        row: The row of `profile_template`, read with the `viewer_checks` of the viewer.
        viewer_id: The viewer.
    """
    is_owner = row.id == viewer_id
    narrowest = relationship_policy().narrowest_audience(row.flags, is_owner=is_owner)
    if narrowest == Audience.OWNER:
        return profile_template.render(row)
    if narrowest == Audience.FOLLOWERS:
        return _follower_template.render(row)
    is_private = row.value("is_private") == "true"
    return (_no_posts_template if is_private else _public_template).render(row)


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
    display_name = serializers.CharField(
        help_text="The name to show, in any script; empty if the member has chosen none."
    )
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
    """A member's profile as the viewer may see it."""

    created_at = serializers.DateTimeField(help_text="When the member signed up.")
    background_url = serializers.CharField(
        help_text="The URL of the background image; empty if there is none."
    )
    bio = serializers.CharField(help_text="A text about the member; empty if there is none.")
    pronouns = serializers.CharField(help_text="The pronouns; empty if they are not given.")
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
    posts_count = serializers.IntegerField(help_text="The number of posts that you may see.")
    followers_count = serializers.IntegerField(help_text="The number of followers.")
    following_count = serializers.IntegerField(
        help_text="The number of members that the member follows."
    )
