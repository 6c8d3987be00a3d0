"""JSON out of follows, requests, blocks and mutes."""

from typing import Any

from rest_framework import serializers

from users.representations import PersonSerializer


class RelationSerializer(serializers.Serializer[Any]):
    """How one stands to another member."""

    id = serializers.CharField()
    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    blocking = serializers.BooleanField()
    muting = serializers.BooleanField()
    requested = serializers.BooleanField()


class RelationResponseSerializer(serializers.Serializer[Any]):
    """The answer to a change of a relation."""

    message = serializers.CharField()
    relation = RelationSerializer()


class RelationsSerializer(serializers.Serializer[Any]):
    """How one stands to each of several members."""

    relationships = RelationSerializer(many=True)


class RelatedPersonSerializer(PersonSerializer):
    """A person, and how one stands to them."""

    relation = RelationSerializer()


class PeoplePageSerializer(serializers.Serializer[Any]):
    """A page of people."""

    users = RelatedPersonSerializer(many=True)
    next = serializers.CharField(allow_null=True)
