"""URLs of the web client."""

from django.urls import path, re_path

from web.views import asset, index, profile

urlpatterns = [
    path("", index, name="index"),
    re_path(r"^assets/(?P<digest>[0-9a-f]{16})/(?P<name>app\.(?:js|css))\Z", asset, name="asset"),
    re_path(r"^people/(?P<pk>[0-9a-f]{24})/?\Z", profile, name="profile"),
]
