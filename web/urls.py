"""URLs of the web client."""

from django.urls import path, re_path

from web.views import index, profile

urlpatterns = [
    path("", index, name="index"),
    re_path(r"^people/(?P<pk>[0-9a-f]{24})/?\Z", profile, name="profile"),
]
