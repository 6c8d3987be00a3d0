"""Routes of notifications."""

from django.urls import re_path

from mysocial.api.routing import route
from notifications.views import NotificationViewSet, UnsubscribeViewSet, unsubscribe_page

urlpatterns = [
    route("notifications", NotificationViewSet, get="list"),
    route("notifications/read-all", NotificationViewSet, post="read_all"),
    route("notifications/<id:pk>", NotificationViewSet, patch="partial_update", delete="destroy"),
    route("notifications/unsubscribe/<token:token>", UnsubscribeViewSet, post="unsubscribe"),
]
pages = [re_path(r"^unsubscribe/?$", unsubscribe_page, name="unsubscribe")]
