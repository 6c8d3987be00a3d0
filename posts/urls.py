"""Routes of posts."""

from mysocial.api.routing import route
from posts.views import PostViewSet

urlpatterns = [
    route("posts", PostViewSet, takes="video", get="list", post="create"),
    route(
        "posts/<id:pk>",
        PostViewSet,
        takes="video",
        get="retrieve",
        patch="partial_update",
        delete="destroy",
    ),
    route("posts/home", PostViewSet, get="home"),
    route("posts/<id:pk>/versions", PostViewSet, get="versions"),
    route("users/<id:pk>/posts", PostViewSet, get="of_user"),
]
