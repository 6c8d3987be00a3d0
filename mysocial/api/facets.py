"""The schema of facets in responses and events."""

from typing import Any

from rest_framework import serializers

from mysocial.core.text import FACET_TYPES


class FacetSerializer(serializers.Serializer[Any]):
    """A link, a mention or a hashtag in a text."""

    type = serializers.ChoiceField(
        FACET_TYPES, help_text="The kind of the facet; more kinds may be added."
    )
    start = serializers.IntegerField(help_text="Where it starts, in code points.")
    end = serializers.IntegerField(help_text="Where it ends, in code points.")
    byte_start = serializers.IntegerField(help_text="Where it starts, in bytes of UTF-8.")
    byte_end = serializers.IntegerField(help_text="Where it ends, in bytes of UTF-8.")
    url = serializers.CharField(
        required=False, help_text="Of a link: the URL, with an http, https or mailto scheme."
    )
    mentioned_id = serializers.CharField(
        required=False, help_text="Of a mention: the id of the member."
    )
    tag = serializers.CharField(
        required=False, help_text="Of a hashtag: the text without its sign."
    )


def facets_field(**kwargs: Any) -> Any:
    """Return the field of a representation that holds the facets of its text."""
    return FacetSerializer(
        many=True, help_text="The links, mentions and hashtags of the text, in order.", **kwargs
    )
