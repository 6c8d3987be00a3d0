"""The JSON of comments."""

import orjson
import pytest

from comments.representations import (
    CommentSerializer,
    CommentViewerSerializer,
    SharedCommentSerializer,
    comment_template,
    render,
)
from comments.store import comments as store
from mysocial.store import reads
from tests.support.shared_objects import shared, with_absolute_addresses
from users.store import users


@pytest.mark.parametrize("text", ["Hello", 'é "quoted" \\ \u2028'])
def test_the_response_bytes_match_the_serializer(alice, comments, text):
    comment = comments(alice, alice.create_post(), text)
    alice.patch(f"comments/{comment['id']}", {"text": f"{text}!"})
    (row,) = reads.get_rows(comment_template, [comment["id"]])
    author = users.values(reads.get_record(users, alice.id))
    values = store.values(reads.get_record(store, comment["id"]))
    values |= {"author": author, "parent_id": None, "thread_id": None}
    expected = SharedCommentSerializer(values).data
    assert orjson.loads(render(row)) == expected
    expected = with_absolute_addresses(dict(expected))
    sent = alice.get(f"comments/{comment['id']}").json()
    assert list(sent) == list(CommentSerializer().fields)
    assert list(sent["viewer"]) == list(CommentViewerSerializer().fields)
    assert (shared(sent), list(sent)[:-1]) == (expected, list(expected))
