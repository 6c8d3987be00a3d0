"""Routes of members."""

from django.urls import re_path

from mysocial.api import api_path
from users.avatars import avatar
from users.views import UserViewSet

urlpatterns = [
    api_path("users", UserViewSet, get="list"),
    api_path("users/search", UserViewSet, get="search"),
    api_path("users/leaderboard", UserViewSet, get="leaderboard"),
    api_path("users/lookup", UserViewSet, get="lookup"),
    api_path("users/online", UserViewSet, get="online"),
    api_path("users/me", UserViewSet, get="me", patch="update_me"),
    api_path("users/me/username", UserViewSet, put="change_username"),
    api_path("users/me/settings", UserViewSet, get="own_settings", patch="update_settings"),
    api_path("users/<id:pk>", UserViewSet, get="retrieve"),
]
# Default avatars are not part of the API.
avatars = [re_path(r"^(?P<color>[0-9a-f]{6})/(?P<initial>[A-Z0-9_])\.png\Z", avatar, name="avatar")]
