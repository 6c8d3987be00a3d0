"""The root URLconf: one include per app, and the views that belong to no app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.urls import pages as account_pages
from images.urls import files
from mysocial.api import api_routes
from mysocial.dev import views as dev_views
from mysocial.extra_apps import extra_url_modules
from mysocial.ops import views
from notifications.urls import pages as notification_pages
from users.urls import avatars

urlpatterns = [
    api_routes(
        "accounts.urls",
        "users.urls",
        "followers.urls",
        "images.urls",
        "posts.urls",
        "comments.urls",
        "reactions.urls",
        "chat.urls",
        "notifications.urls",
        "moderation.urls",
        mounted=extra_url_modules(),
    ),
    path("", include("web.urls")),
    path("", include(account_pages)),
    path("", include(notification_pages)),
    re_path(r"^api/(?:v1/)?schema/?$", views.api_document, name="schema"),
    re_path(
        r"^api/(?:v1/)?docs/?$", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"
    ),
    re_path(r"^api/(?:v1/)?asyncapi/?$", views.socket_document, name="asyncapi"),
    re_path(r"^api/(?:v1/)?asyncapi/docs/?$", views.socket_page, name="asyncapi-docs"),
    path("media/", include(files)),
    path("avatars/", include(avatars)),
    re_path(r"^docs/errors/?$", views.errors, name="errors"),
    re_path(r"^health/live/?$", views.live, name="live"),
    re_path(r"^health/ready/?$", views.ready, name="ready"),
    re_path(r"^metrics/?$", views.metrics_page, name="metrics"),
    re_path(r"^devtools/emails/?$", dev_views.emails, name="emails"),
    path("devtools/emails/<str:name>", dev_views.email, name="email"),
    re_path(r"^staff/queues/?$", views.queues, name="queues"),
    path(settings.ADMIN_PATH, RedirectView.as_view(url=f"/{settings.ADMIN_PATH}/")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
]
