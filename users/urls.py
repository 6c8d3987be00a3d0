"""Routes of members."""

from django.urls import re_path

from mysocial.api.routing import route
from users.avatars import avatar
from users.views import UserViewSet

urlpatterns = [
    route("users", UserViewSet, get="list"),
    route("users/search", UserViewSet, get="search"),
    route("users/online", UserViewSet, get="online"),
    route("users/me", UserViewSet, get="me", patch="update_me"),
    route("users/me/settings", UserViewSet, get="own_settings", patch="update_settings"),
    route("users/<id:pk>", UserViewSet, get="retrieve"),
]
# Beside the API: the picture of whoever brought none.
avatars = [re_path(r"^(?P<color>[0-9a-f]{6})/(?P<initial>[A-Z0-9_])\.png\Z", avatar, name="avatar")]
