"""The check of query plans finds the queries that no index serves, and no others."""

import pytest

from mysocial.core import mongo
from posts.models import Post
from tests.support import query_plans
from users.models import User


@pytest.mark.parametrize(
    ("model", "query", "is_scan"),
    [
        (User, {"quote": "Found nowhere"}, True),
        (Post, {"text": {"$gt": "a"}, "bg_color": "#ffffff"}, True),
        (User, {"_id": "0" * 24}, False),
        (Post, {"_id": {"$in": ["0" * 24, "1" * 24]}, "text": "Hello"}, False),
        (Post, {}, False),
    ],
)
def test_a_query_that_no_index_serves_is_reported(model, query, is_scan):
    list(mongo.collection(model).find(query))
    scans = list(query_plans.QUERIES.collection_scans())
    assert bool(scans) == is_scan
    assert all(model._meta.db_table in scan for scan in scans)
