"""What reactions look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from mysocial.store import Field, JsonTemplate, Row
from posts.reaction_types import ReactionType
from posts.representations import PostSerializer, post_template
from reactions.store import reactions
from users.representations import CARD_ONLY, AuthorSerializer, author_parts

MADE = (b'"type":"', Field("type"), b'",', Field("made"))
reaction_template = JsonTemplate(
    reactions,
    *MADE,
    b',"author":',
    *author_parts("user_id"),
    refs={"user_id": CARD_ONLY},
)
own_reaction_template = JsonTemplate(reactions, *MADE)


def render_on_post(reaction: Row, post: Row) -> bytes:
    """Return a reaction of a known member with the post that it is to."""
    return b'%s,"post":%s}' % (
        own_reaction_template.render(reaction)[:-1],
        post_template.render(post),
    )


class ReactionSerializer(serializers.Serializer[Any]):
    """Who reacted how to a post."""

    type = serializers.ChoiceField(ReactionType.choices)
    created_at = serializers.DateTimeField()
    author = AuthorSerializer()


class ReactionOnPostSerializer(serializers.Serializer[Any]):
    """What a member reacted to, and how."""

    type = serializers.ChoiceField(ReactionType.choices)
    created_at = serializers.DateTimeField()
    post = PostSerializer()
