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

    id = serializers.CharField(help_text="The id of the report.")
    created_at = serializers.DateTimeField(help_text="When you filed the report.")
    reason = serializers.ChoiceField(Reason.choices, help_text="The reason that you chose.")
    note = serializers.CharField(help_text="Your note to the moderators; empty if there is none.")
    closed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the report was closed; null while it is open."
    )
    target_type = serializers.ChoiceField(
        Target.choices, help_text="The kind of the reported content."
    )
    target_id = serializers.CharField(help_text="The id of the reported content.")
    state = serializers.ChoiceField(State.choices, help_text="The state of the report.")
