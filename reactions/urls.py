"""URLs of the reactions API."""

from mysocial.api import api_path
from reactions.views import ReactionViewSet

urlpatterns = [
    api_path("posts/<id:pk>/reaction", ReactionViewSet, put="update", delete="destroy"),
    api_path("posts/<id:pk>/reactions", ReactionViewSet, get="list"),
    api_path("posts/<id:pk>/reactions/mine", ReactionViewSet, get="mine"),
    api_path("users/<id:pk>/reactions", ReactionViewSet, get="of_user"),
]
