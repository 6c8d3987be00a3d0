"""Schemas of the requests and responses about reactions."""

from typing import Any

from rest_framework import serializers

from mysocial.api import StrictSerializer
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer
from reactions.representations import ReactionOnPostSerializer, ReactionSerializer


class ReactionInput(StrictSerializer):
    """The reaction to set."""

    type = serializers.ChoiceField(ReactionType.choices)


class OwnReactionSerializer(serializers.Serializer[Any]):
    """Your reaction to a post; `type` is null if there is none."""

    type = serializers.ChoiceField(ReactionType.choices, allow_null=True)


class ReactionResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of your reaction, with the post's totals after it."""

    message = serializers.CharField()
    reaction = OwnReactionSerializer()
    reactions = TotalsSerializer()


class ReactionPageSerializer(serializers.Serializer[Any]):
    """A page of the reactions to a post."""

    reactions = ReactionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class MemberReactionPageSerializer(serializers.Serializer[Any]):
    """A page of a member's reactions."""

    reactions = ReactionOnPostSerializer(many=True)
    next = serializers.CharField(allow_null=True)
