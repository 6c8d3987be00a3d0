"""Representations of members in responses and events: JSON templates and their schemas."""

import functools
from collections.abc import Sequence
from typing import Any

import orjson
from rest_framework import serializers

from mysocial.api import NextField
from mysocial.policies import Audience, relationship_policy
from mysocial.store import Field, JsonTemplate, RelatedField, Row
from users.store import CARD, POST_COUNTERS, SETTINGS, users

_POSTS_COUNT = b',"posts_count":'
NO_RELATIONSHIP = (0,) * 7  # the results of `relationship_checks` of a member themselves


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


@functools.cache  # of flags, because it is called for each row of a page
def _suffix(is_owner: bool, *flags: int) -> bytes:
    """Return the JSON member `viewer` of a profile, from the results of `relationship_checks`."""
    relationship = relationship_policy().relationship_json(flags)
    return b',"viewer":%b,"can_edit":%b}' % (relationship[:-1], b"true" if is_owner else b"false")


def render_profile(row: Row, *, viewer_id: str) -> bytes:
    """Return the profile as a viewer may see it, with what the member is to them.

    It has the number of posts that the viewer may see.

    Args:
        row: The row of `profile_template`, read with the `relationship_checks` of the viewer.
        viewer_id: The viewer.
    """
    is_owner = row.id == viewer_id
    suffix = _suffix(is_owner, *row.flags)
    narrowest = relationship_policy().narrowest_audience(row.flags, is_owner=is_owner)
    if narrowest == Audience.OWNER:
        return profile_template.render(row, suffix)
    if narrowest == Audience.FOLLOWERS:
        return _follower_template.render(row, suffix)
    is_private = row.value("is_private") == "true"
    return (_no_posts_template if is_private else _public_template).render(row, suffix)


def own_profile_parts(user_id: str) -> list[Any]:
    """Return the JSON parts of a profile in the response to a write of the member."""
    *shared, end = profile_template.placeholders(user_id)
    return [*shared, _suffix(True, *NO_RELATIONSHIP), end]


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
    b',"shows_in_leaderboards":',
    Field("shows_in_leaderboards"),
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


class ProfileLinkSerializer(serializers.Serializer[Any]):
    """A link of a profile."""

    # A field with this name hides the `label` of the serializer.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What the link is, in the words of the member; may be empty."
    )
    url = serializers.CharField(help_text="The https URL.")
    verified_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when the page is known to link to this profile with `rel=me`; else null.",
    )


class SharedProfileSerializer(AuthorSerializer):
    """A member's profile without the state of the viewer."""

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
    links = ProfileLinkSerializer(many=True, help_text="The links, in the order of the member.")
    is_private = serializers.BooleanField(help_text="Whether following the member needs a request.")
    posts_count = serializers.IntegerField(help_text="The number of posts that you may see.")
    followers_count = serializers.IntegerField(help_text="The number of followers.")
    following_count = serializers.IntegerField(
        help_text="The number of members that the member follows."
    )


class RelationshipSerializer(serializers.Serializer[Any]):
    """Your relationship to another member."""

    following = serializers.BooleanField(help_text="Whether you follow the member.")
    followed_by = serializers.BooleanField(help_text="Whether the member follows you.")
    blocking = serializers.BooleanField(help_text="Whether you block the member.")
    muting = serializers.BooleanField(help_text="Whether you mute the member.")
    requested = serializers.BooleanField(
        help_text="Whether your request to follow the member is pending."
    )


class ProfileViewerSerializer(RelationshipSerializer):
    """What a member is to you."""

    can_edit = serializers.BooleanField(help_text="Whether the profile is yours.")


class ProfileSerializer(SharedProfileSerializer):
    """A member's profile as you may see it, and what the member is to you."""

    viewer = ProfileViewerSerializer(help_text="What the member is to you. Events do not have it.")


class LeaderboardSerializer(serializers.Serializer[Any]):
    """The first members of a leaderboard."""

    users = ProfileSerializer(many=True, help_text="The members, the first first.")
    next = NextField()
    ranked_at = serializers.DateTimeField(
        help_text="When the members were ranked: usually within the last minute (`followers`) "
        "or five minutes (`active`)."
    )
