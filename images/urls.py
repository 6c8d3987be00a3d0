"""URLs of the images API and of local media files."""

from django.urls import re_path

from images.views import ImageViewSet, file
from mysocial.api import api_path

urlpatterns = [
    api_path("users/<id:pk>/images", ImageViewSet, get="of_user"),
    api_path("users/me/images/profile", ImageViewSet, uploads="image", post="set_profile"),
    api_path("users/me/images/background", ImageViewSet, uploads="image", post="set_background"),
    api_path("users/me/images/<id:pk>", ImageViewSet, delete="destroy"),
    api_path("users/me/images/background/<id:pk>", ImageViewSet, delete="destroy_background"),
]
# Outside of the API: files on the local disk.
files = [
    re_path(
        r"^(?P<name>[0-9a-f]{32}(?:-thumb|-small|-large|-poster)?\.(?:jpg|png|gif|webp|mp4|webm))\Z",
        file,
        name="media",
    )
]
