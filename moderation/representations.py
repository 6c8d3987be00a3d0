"""The representation of a report to its reporter: the JSON template and its schema."""

from typing import Any

from rest_framework import serializers

from moderation.models import Reason, State, Target
from moderation.store import SHOWN, reports
from mysocial.store import Field, JsonTemplate

report_template = JsonTemplate(
    reports,
    Field(SHOWN),
    b',"target_type":"',
    Field("target_type"),
    b'","target_id":"',
    Field("target_id"),
    b'","state":"',
    Field("state"),
    b'"',
)


class ReportSerializer(serializers.Serializer[Any]):
    """A report as its reporter sees it."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(Reason.choices)
    note = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    target_type = serializers.ChoiceField(Target.choices)
    target_id = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
