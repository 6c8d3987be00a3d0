"""One include per app, and what belongs to none."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from mysocial import views

urlpatterns = [
    path("", views.index, name="index"),
    path("api/", include("accounts.urls")),
    path("api/", include("users.urls")),
    path("api/", include("followers.urls")),
    path("api/", include("posts.urls")),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("docs/errors", views.errors, name="errors"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("devtools/emails/", views.emails, name="emails"),
    path("devtools/emails/<str:name>", views.email, name="email"),
    path("admin/", admin.site.urls),
]
