"""HTTP API of posts, bookmarks and pinned posts."""

from posts.views.bookmarks import BookmarkViewSet
from posts.views.pins import PinViewSet
from posts.views.posts import PostViewSet

__all__ = ["BookmarkViewSet", "PinViewSet", "PostViewSet"]
