"""URLs of the posts API."""

from mysocial.api import api_path
from posts.views import BookmarkViewSet, PinViewSet, PollViewSet, PostViewSet

urlpatterns = [
    api_path("posts", PostViewSet, uploads="video", get="list", post="create"),
    api_path(
        "posts/<id:pk>",
        PostViewSet,
        uploads="video",
        get="retrieve",
        patch="partial_update",
        delete="destroy",
    ),
    api_path("posts/home", PostViewSet, get="home"),
    api_path("posts/<id:pk>/versions", PostViewSet, get="versions"),
    api_path("posts/<id:pk>/bookmark", BookmarkViewSet, put="update", delete="destroy"),
    api_path("users/me/bookmarks", BookmarkViewSet, get="list"),
    api_path("posts/<id:pk>/pin", PinViewSet, put="update", delete="destroy"),
    api_path("users/<id:pk>/pinned", PinViewSet, get="list"),
    api_path("posts/<id:pk>/poll/vote", PollViewSet, put="update", delete="destroy"),
    api_path("users/<id:pk>/posts", PostViewSet, get="of_user"),
]
