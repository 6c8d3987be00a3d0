"""Schemas of the requests and responses about reactions."""

from typing import Any

from rest_framework import serializers

from mysocial.api import MessageSerializer, NextField, StrictSerializer
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer
from reactions.representations import ReactionOnPostSerializer, ReactionSerializer


class ReactionInput(StrictSerializer):
    """The reaction to set."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")


class OwnReactionSerializer(serializers.Serializer[Any]):
    """Your reaction to a post; `type` is null if there is none."""

    type = serializers.ChoiceField(
        ReactionType.choices,
        allow_null=True,
        help_text="The type of your reaction; null if there is none.",
    )


class ReactionResponseSerializer(MessageSerializer):
    """The response to a change of your reaction, with the post's totals after it."""

    reaction = OwnReactionSerializer(help_text="Your reaction after the change.")
    reactions = TotalsSerializer(
        allow_null=True,
        help_text="The number of reactions to the post by type; null if you may not see the post.",
    )


class ReactionPageSerializer(serializers.Serializer[Any]):
    """A page of the reactions to a post."""

    reactions = ReactionSerializer(many=True, help_text="The reactions of this page.")
    next = NextField()


class MemberReactionPageSerializer(serializers.Serializer[Any]):
    """A page of a member's reactions."""

    reactions = ReactionOnPostSerializer(many=True, help_text="The reactions of this page.")
    next = NextField()
