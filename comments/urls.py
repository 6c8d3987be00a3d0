"""Routes of comments."""

from comments.views import CommentViewSet
from mysocial.api.routing import route

urlpatterns = [
    route("posts/<id:pk>/comments", CommentViewSet, get="list", post="create"),
    route("posts/<id:pk>/comments/names", CommentViewSet, get="names"),
    route(
        "comments/<id:pk>",
        CommentViewSet,
        get="retrieve",
        patch="partial_update",
        delete="destroy",
    ),
]
