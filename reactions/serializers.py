"""JSON in and out of reactions."""

from typing import Any

from rest_framework import serializers

from mysocial.api import StrictSerializer
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer
from reactions.representations import ReactionOnPostSerializer, ReactionSerializer


class ReactionInput(StrictSerializer):
    """How one reacts."""

    type = serializers.ChoiceField(ReactionType.choices)


class MineSerializer(serializers.Serializer[Any]):
    """How one reacts oneself; null if not at all."""

    type = serializers.ChoiceField(ReactionType.choices, allow_null=True)


class ReactionAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a change of one's reaction, with the totals after it."""

    message = serializers.CharField()
    reaction = MineSerializer()
    reactions = TotalsSerializer()


class ReactionPageSerializer(serializers.Serializer[Any]):
    """A page of those who reacted to a post."""

    reactions = ReactionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class MemberReactionPageSerializer(serializers.Serializer[Any]):
    """A page of a member's reactions."""

    reactions = ReactionOnPostSerializer(many=True)
    next = serializers.CharField(allow_null=True)
