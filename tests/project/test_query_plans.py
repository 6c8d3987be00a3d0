"""A query that no index serves is found, and none that one does."""

import pytest

from mysocial.core import mongo
from posts.models import Post
from tests.support import query_plans
from users.models import User


@pytest.mark.parametrize(
    ("model", "query", "is_found"),
    [
        (User, {"quote": "Found nowhere"}, True),
        (Post, {"text": {"$gt": "a"}, "bg_color": "#ffffff"}, True),
        (User, {"_id": "0" * 24}, False),
        (Post, {"_id": {"$in": ["0" * 24, "1" * 24]}, "text": "Hello"}, False),
        (Post, {}, False),
    ],
)
def test_a_query_is_found_if_no_index_serves_it(model, query, is_found):
    list(mongo.collection(model).find(query))
    found = list(query_plans.QUERIES.collection_scans())
    assert bool(found) == is_found
    assert all(model._meta.db_table in one for one in found)
