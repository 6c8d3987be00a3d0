"""Routes of members."""

from mysocial.routing import route
from users.views import UserViewSet

urlpatterns = [
    route("users", UserViewSet, get="list"),
    route("users/search", UserViewSet, get="search"),
    route("users/me", UserViewSet, get="me", patch="update_me"),
    route("users/me/settings", UserViewSet, get="own_settings", patch="update_settings"),
    route("users/<id:pk>", UserViewSet, get="retrieve"),
]
