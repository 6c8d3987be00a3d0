"""Response bodies of follows, requests, blocks and mutes."""

from typing import Any

from rest_framework import serializers

from users.representations import PersonSerializer


class RelationSerializer(serializers.Serializer[Any]):
    """Your relationship to another user."""

    id = serializers.CharField()
    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    blocking = serializers.BooleanField()
    muting = serializers.BooleanField()
    requested = serializers.BooleanField()


class RelationResponseSerializer(serializers.Serializer[Any]):
    """The response to a change of a relationship."""

    message = serializers.CharField()
    relation = RelationSerializer()


class RelationsSerializer(serializers.Serializer[Any]):
    """Your relationships to several users."""

    relationships = RelationSerializer(many=True)


class RelatedPersonSerializer(PersonSerializer):
    """A user, with your relationship to them."""

    relation = RelationSerializer()


class PeoplePageSerializer(serializers.Serializer[Any]):
    """A page of people."""

    users = RelatedPersonSerializer(many=True)
    next = serializers.CharField(allow_null=True)
