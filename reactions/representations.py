"""Representations of reactions in responses and events: JSON templates and their schemas."""

from typing import Any

from rest_framework import serializers

from mysocial.store import Field, JsonTemplate, Row
from posts.reaction_types import ReactionType
from posts.representations import PostSerializer, render_for
from reactions.store import reactions
from users.representations import CARD_ONLY, AuthorSerializer, author_parts

TYPE_AND_CREATED = (b'"type":"', Field("type"), b'",', Field("created"))
reaction_template = JsonTemplate(
    reactions,
    *TYPE_AND_CREATED,
    b',"author":',
    *author_parts("user_id"),
    refs={"user_id": CARD_ONLY},
)
own_reaction_template = JsonTemplate(reactions, *TYPE_AND_CREATED)


def render_on_post(reaction: Row, post: Row, viewer_id: str) -> bytes:
    """Return the JSON of a reaction with its post, for a viewer, and without its author."""
    return b'%s,"post":%s}' % (
        own_reaction_template.render(reaction)[:-1],
        render_for(post, viewer_id),
    )


class ReactionSerializer(serializers.Serializer[Any]):
    """A reaction to a post, with its author."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")
    created_at = serializers.DateTimeField(help_text="When the reaction was set.")
    author = AuthorSerializer(help_text="The member who reacted.")


class ReactionOnPostSerializer(serializers.Serializer[Any]):
    """A member's reaction, with its post."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")
    created_at = serializers.DateTimeField(help_text="When the reaction was set.")
    post = PostSerializer(help_text="The post.")
