"""Routes of images."""

from django.urls import re_path

from images.views import ImageViewSet, file
from mysocial.api.routing import route

urlpatterns = [
    route("users/<id:pk>/images", ImageViewSet, get="of_user"),
    route("images/profile", ImageViewSet, takes="image", post="set_profile"),
    route("images/background", ImageViewSet, takes="image", post="set_background"),
    route("images/<id:pk>", ImageViewSet, delete="destroy"),
    route("images/background/<id:pk>", ImageViewSet, delete="destroy_background"),
]
# Beside the API: what this disk has.
files = [re_path(r"^(?P<name>[0-9a-f]{32}\.(?:jpg|png|gif|webp|mp4|webm))\Z", file, name="media")]
