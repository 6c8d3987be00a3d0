"""Routing under /api/v1 and its alias /api: the cache returns existing routes only."""

import orjson
import pytest
from django.urls import Resolver404, resolve

from tests.support.concurrency import assert_no_changes
from tests.support.people import new_client

ID, OTHER = "660e39afede98a295c2d9391", "660e39afede98a295c2d9392"


def test_a_path_resolves_to_its_view_and_arguments_each_time():
    for pk in (ID, OTHER, ID):
        match = resolve(f"/api/v1/posts/{pk}/comments/")
        assert (match.func.__name__, match.kwargs) == ("CommentViewSet", {"pk": pk})
        assert match.route.startswith("api/v1/posts/")
    assert resolve("/api/v1/posts/home").kwargs == {}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/posts/*",
        f"/api/v1/posts/{ID}x",
        f"/api/v1/posts/{ID.upper()}",
        "/api/",
        "/api/v1/",
        "/api/v2/posts",
        "/api/v1/v1/posts",
        "/apiposts",
    ],
)
def test_a_similar_path_does_not_resolve(path):
    resolve(f"/api/v1/posts/{ID}")
    with pytest.raises(Resolver404):
        resolve(path)


def test_paths_with_tokens_do_not_fill_the_cache():
    patterns = resolve.__globals__["get_resolver"]().url_patterns
    api = next(pattern for pattern in patterns if hasattr(pattern, "_cache"))
    for number in range(3000):
        resolve(f"/api/v1/reset-password/{number:x}{'z' * 30}")
    assert len(api._cache) <= 1000


def test_the_unversioned_paths_are_aliases(alice):
    headers = {"Authorization": f"Bearer {alice.access}"}
    for _ in range(3):
        alice.create_post()

    def get(path):
        return new_client().get(path, headers=headers)

    documented, alias = get("/api/v1/posts?limit=2"), get("/api/posts?limit=2")
    assert alias.content == documented.content
    assert alias["ETag"] == documented["ETag"]
    assert "/api/v1/posts?limit=2&cursor=" in documented["Link"]
    assert alias["Link"] == documented["Link"].replace("/api/v1/", "/api/")
    assert get("/api/v1/schema").content == get("/api/schema").content
    unknown = [get(path) for path in ("/api/v1/unknown", "/api/unknown")]
    assert [response["Content-Type"] for response in unknown] == ["application/problem+json"] * 2


def test_an_idempotency_key_is_shared_by_a_path_and_its_alias(alice):
    headers = {"Authorization": f"Bearer {alice.access}", "Idempotency-Key": "key"}

    def create_post(path, text="Hello"):
        body = orjson.dumps({"text": text})
        return new_client().post(path, body, content_type="application/json", headers=headers)

    created = create_post("/api/v1/posts")
    assert created.status_code == 201
    with assert_no_changes():
        for path in ("/api/posts", "/api/posts/", "/api/v1/posts/"):
            assert create_post(path).content == created.content
            assert create_post(path, "Other").status_code == 422
