"""Routing under /api: the cache of resolved paths returns existing routes only."""

import pytest
from django.urls import Resolver404, resolve

ID, OTHER = "660e39afede98a295c2d9391", "660e39afede98a295c2d9392"


def test_a_path_resolves_to_its_view_and_arguments_each_time():
    for pk in (ID, OTHER, ID):
        match = resolve(f"/api/posts/{pk}/comments/")
        assert (match.func.__name__, match.kwargs) == ("CommentViewSet", {"pk": pk})
        assert match.route.startswith("api/posts/")
    assert resolve("/api/posts/home").kwargs == {}


@pytest.mark.parametrize(
    "path", ["/api/posts/*", f"/api/posts/{ID}x", f"/api/posts/{ID.upper()}", "/api/", "/apiposts"]
)
def test_a_similar_path_does_not_resolve(path):
    resolve(f"/api/posts/{ID}")
    with pytest.raises(Resolver404):
        resolve(path)


def test_paths_with_tokens_do_not_fill_the_cache():
    patterns = resolve.__globals__["get_resolver"]().url_patterns
    api = next(pattern for pattern in patterns if hasattr(pattern, "_cache"))
    for number in range(3000):
        resolve(f"/api/reset-password/{number:x}{'z' * 30}")
    assert len(api._cache) <= 1000
