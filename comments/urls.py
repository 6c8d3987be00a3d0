"""URLs of the comments API."""

from comments.views import CommentReactionViewSet, CommentViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("posts/<id:pk>/comments", CommentViewSet, get="list", post="create"),
    api_path("posts/<id:pk>/comments/names", CommentViewSet, get="names"),
    api_path("comments/<id:pk>/reaction", CommentReactionViewSet, put="update", delete="destroy"),
    api_path("comments/<id:pk>/reactions", CommentReactionViewSet, get="list"),
    api_path("comments/<id:pk>/replies", CommentViewSet, get="replies"),
    api_path(
        "comments/<id:pk>",
        CommentViewSet,
        get="retrieve",
        patch="partial_update",
        delete="destroy",
    ),
]
