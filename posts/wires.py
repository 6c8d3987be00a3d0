"""What posts look like in answers and events: as bytes, and as the schema they keep to."""

from typing import Any

from rest_framework import serializers

from mysocial.wire import Own, Wire
from posts.models import Privacy
from posts.store import posts
from users.wires import AUTHOR, AuthorSerializer, author

post_wire = Wire(
    posts,
    Own("main"),
    b',"privacy":"',
    Own("privacy"),
    b'","comments_count":',
    Own("comments_count"),
    b',"author":',
    *author("author_id"),
    refs={"author_id": AUTHOR},
)


class PostSerializer(serializers.Serializer[Any]):
    """A post."""

    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    text = serializers.CharField()
    bg_color = serializers.CharField()
    feelings = serializers.CharField()
    edited_at = serializers.DateTimeField(allow_null=True)
    privacy = serializers.ChoiceField(Privacy.choices)
    comments_count = serializers.IntegerField()
    author = AuthorSerializer()
