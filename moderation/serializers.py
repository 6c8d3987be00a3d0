"""Serializers of the report endpoints."""

from typing import Any

from rest_framework import serializers

from moderation.models import MAX_NOTE_LENGTH, Reason, Target
from moderation.representations import ReportSerializer
from mysocial.api import IdField, MessageSerializer, NextField, StrictSerializer, TextField


class ReportInput(StrictSerializer):
    """The body of a new report."""

    target_type = serializers.ChoiceField(
        Target.choices, help_text="The kind of the reported content."
    )
    target_id = IdField(help_text="The id of the reported content.")
    reason = serializers.ChoiceField(Reason.choices, help_text="The reason.")
    note = TextField(
        max_characters=MAX_NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="A note to the moderators.",
    )


class ReportResponseSerializer(MessageSerializer):
    """The response to a new report."""

    report = ReportSerializer()


class ReportPageSerializer(serializers.Serializer[Any]):
    """A page of the current user's reports."""

    reports = ReportSerializer(many=True, help_text="The reports of this page.")
    next = NextField()
