"""Schemas of the requests and responses about comments and reactions to them."""

from typing import Any

from rest_framework import serializers

from comments.models import MAX_TEXT_LENGTH
from comments.representations import CommentReactionSerializer, CommentSerializer
from mysocial.api import IdField, MessageSerializer, NextField, StrictSerializer, TextField
from posts.reaction_types import ReactionType
from posts.representations import TotalsSerializer


class CommentInput(StrictSerializer):
    """Changes to a comment."""

    text = TextField(max_characters=MAX_TEXT_LENGTH, help_text="The text.")


class NewCommentInput(CommentInput):
    """A new comment, or a reply to a comment."""

    parent_id = IdField(
        required=False, help_text="The comment on the same post that this one answers."
    )


class CommentResponseSerializer(MessageSerializer):
    """The response to a change of a comment."""

    comment = CommentSerializer()


class CommentPageSerializer(serializers.Serializer[Any]):
    """A page of comments."""

    comments = CommentSerializer(many=True, help_text="The comments of this page.")
    next = NextField()


class CommentersSerializer(serializers.Serializer[Any]):
    """The number of comments on a post, and the usernames of the latest commenters."""

    count = serializers.IntegerField(help_text="The number of comments on the post.")
    names = serializers.ListField(
        child=serializers.CharField(),
        help_text="The usernames of the latest commenters, each once, latest first.",
    )


class CommentReactionInput(StrictSerializer):
    """The reaction to set."""

    type = serializers.ChoiceField(ReactionType.choices, help_text="The type of the reaction.")


class OwnCommentReactionSerializer(serializers.Serializer[Any]):
    """Your reaction to a comment; `type` is null if there is none."""

    type = serializers.ChoiceField(
        ReactionType.choices,
        allow_null=True,
        help_text="The type of your reaction; null if there is none.",
    )


class CommentReactionResponseSerializer(MessageSerializer):
    """The response to a change of your reaction, with the comment's totals after it."""

    reaction = OwnCommentReactionSerializer(help_text="Your reaction after the change.")
    reactions = TotalsSerializer(
        allow_null=True,
        help_text="The number of reactions to the comment by type; null if you may not see the "
        "comment.",
    )


class CommentReactionPageSerializer(serializers.Serializer[Any]):
    """A page of the reactions to a comment."""

    reactions = CommentReactionSerializer(many=True, help_text="The reactions of this page.")
    next = NextField()
