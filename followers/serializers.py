"""JSON out of follows and blocks."""

from typing import Any

from rest_framework import serializers


class RelationSerializer(serializers.Serializer[Any]):
    """What holds between oneself and another member."""

    id = serializers.CharField()
    following = serializers.BooleanField()
    blocking = serializers.BooleanField()


class RelationAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a change of a relation."""

    message = serializers.CharField()
    relation = RelationSerializer()
