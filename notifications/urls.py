"""URL patterns of notifications."""

from django.urls import re_path

from mysocial.api import api_path
from notifications.views import NotificationViewSet, UnsubscribeViewSet, unsubscribe_page

urlpatterns = [
    api_path("notifications", NotificationViewSet, get="list"),
    api_path("notifications/read-all", NotificationViewSet, post="read_all"),
    api_path(
        "notifications/<id:pk>", NotificationViewSet, patch="partial_update", delete="destroy"
    ),
    api_path("notifications/unsubscribe/<token:token>", UnsubscribeViewSet, post="unsubscribe"),
]
pages = [re_path(r"^unsubscribe/?$", unsubscribe_page, name="unsubscribe")]
