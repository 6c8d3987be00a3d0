"""HTTP API of posts, bookmarks, pinned posts and polls."""

from posts.views.bookmarks import BookmarkViewSet
from posts.views.pins import PinViewSet
from posts.views.polls import PollViewSet
from posts.views.posts import PostViewSet

__all__ = ["BookmarkViewSet", "PinViewSet", "PollViewSet", "PostViewSet"]
