"""Response bodies of follows, requests, blocks and mutes."""

from typing import Any

from rest_framework import serializers

from mysocial.api import MessageSerializer, NextField
from users.representations import PersonSerializer, RelationshipSerializer


class RelationSerializer(RelationshipSerializer):
    """Your relationship to another user."""

    id = serializers.CharField(help_text="The id of the other member.")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {"id": fields.pop("id"), **fields}


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
