"""JSON in and out of reports."""

from typing import Any

from rest_framework import serializers

from moderation.models import MAX_NOTE_LENGTH, Reason, Target
from moderation.representations import ReportSerializer
from mysocial.api import IdField, StrictSerializer


class ReportInput(StrictSerializer):
    """What is reported, and why."""

    target_type = serializers.ChoiceField(Target.choices)
    target_id = IdField()
    reason = serializers.ChoiceField(Reason.choices)
    note = serializers.CharField(max_length=MAX_NOTE_LENGTH, required=False, allow_blank=True)


class ReportAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a report."""

    message = serializers.CharField()
    report = ReportSerializer()


class ReportPageSerializer(serializers.Serializer[Any]):
    """A page of one's own reports."""

    reports = ReportSerializer(many=True)
    next = serializers.CharField(allow_null=True)
