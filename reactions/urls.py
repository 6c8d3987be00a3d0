"""Routes of reactions."""

from mysocial.api.routing import route
from reactions.views import ReactionViewSet

urlpatterns = [
    route("posts/<id:pk>/reaction", ReactionViewSet, put="update", delete="destroy"),
    route("posts/<id:pk>/reactions", ReactionViewSet, get="list"),
    route("posts/<id:pk>/reactions/mine", ReactionViewSet, get="mine"),
    route("users/<id:pk>/reactions", ReactionViewSet, get="of_user"),
]
