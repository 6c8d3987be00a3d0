"""Routes below `/api/v1/bookmarks`."""

from bookmarks.views import BookmarkViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("", BookmarkViewSet, get="list"),
    api_path("<id:pk>", BookmarkViewSet, put="add", delete="remove"),
]
