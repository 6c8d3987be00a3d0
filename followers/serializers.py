"""Response bodies of follows, requests, blocks and mutes."""

from typing import Any

from rest_framework import serializers

from mysocial.api import MessageSerializer, NextField
from users.representations import PersonSerializer


class RelationSerializer(serializers.Serializer[Any]):
    """Your relationship to another user."""

    id = serializers.CharField(help_text="The id of the other member.")
    following = serializers.BooleanField(help_text="Whether you follow the member.")
    followed_by = serializers.BooleanField(help_text="Whether the member follows you.")
    blocking = serializers.BooleanField(help_text="Whether you block the member.")
    muting = serializers.BooleanField(help_text="Whether you mute the member.")
    requested = serializers.BooleanField(
        help_text="Whether your request to follow the member is pending."
    )


class RelationResponseSerializer(MessageSerializer):
    """The response to a change of a relationship."""

    relation = RelationSerializer()


class RelationsSerializer(serializers.Serializer[Any]):
    """Your relationships to several users."""

    relationships = RelationSerializer(
        many=True,
        help_text="The relationship to each requested member, in the order of the request.",
    )


class RelatedPersonSerializer(PersonSerializer):
    """A user, with your relationship to them."""

    relation = RelationSerializer()


class PeoplePageSerializer(serializers.Serializer[Any]):
    """A page of people."""

    users = RelatedPersonSerializer(many=True, help_text="The members of this page.")
    next = NextField()
