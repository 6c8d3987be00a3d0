"""One include per app, and what belongs to none."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from images.urls import files
from mysocial import views
from notifications.urls import pages as notification_pages
from users.urls import avatars

urlpatterns = [
    path("", include("web.urls")),
    path("api/", include("accounts.urls")),
    path("api/", include("users.urls")),
    path("api/", include("followers.urls")),
    path("api/", include("images.urls")),
    path("api/", include("posts.urls")),
    path("api/", include("comments.urls")),
    path("api/", include("reactions.urls")),
    path("api/", include("chat.urls")),
    path("api/", include("notifications.urls")),
    path("", include(notification_pages)),
    re_path(r"^api/schema/?$", SpectacularJSONAPIView.as_view(), name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api/asyncapi/?$", views.socket_document, name="asyncapi"),
    re_path(r"^api/asyncapi/docs/?$", views.socket_page, name="asyncapi-docs"),
    path("media/", include(files)),
    path("avatars/", include(avatars)),
    re_path(r"^docs/errors/?$", views.errors, name="errors"),
    re_path(r"^health/live/?$", views.live, name="live"),
    re_path(r"^health/ready/?$", views.ready, name="ready"),
    re_path(r"^devtools/emails/?$", views.emails, name="emails"),
    path("devtools/emails/<str:name>", views.email, name="email"),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
]
