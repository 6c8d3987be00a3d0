"""Serializers of the report endpoints."""

from typing import Any

from rest_framework import serializers

from moderation.models import MAX_NOTE_LENGTH, Reason, Target
from moderation.representations import ReportSerializer
from mysocial.api import IdField, StrictSerializer


class ReportInput(StrictSerializer):
    """The body of a new report."""

    target_type = serializers.ChoiceField(Target.choices)
    target_id = IdField()
    reason = serializers.ChoiceField(Reason.choices)
    note = serializers.CharField(max_length=MAX_NOTE_LENGTH, required=False, allow_blank=True)


class ReportResponseSerializer(serializers.Serializer[Any]):
    """The response to a new report."""

    message = serializers.CharField()
    report = ReportSerializer()


class ReportPageSerializer(serializers.Serializer[Any]):
    """A page of the current user's reports."""

    reports = ReportSerializer(many=True)
    next = serializers.CharField(allow_null=True)
