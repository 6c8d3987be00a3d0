"""Routes of posts."""

from mysocial.routing import route
from posts.views import PostViewSet

urlpatterns = [
    route("posts", PostViewSet, get="list", post="create"),
    route("posts/home", PostViewSet, get="home"),
    route("posts/<id:pk>", PostViewSet, get="retrieve", patch="partial_update", delete="destroy"),
    route("users/<id:pk>/posts", PostViewSet, get="of_user"),
]
