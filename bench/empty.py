"""An empty Django view without middleware: the measure of a machine's speed."""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 40, MIDDLEWARE=[], USE_TZ=True
)
django.setup()


def empty(_request: HttpRequest) -> HttpResponse:
    """Return an empty JSON object."""
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("", empty)]
application = get_wsgi_application()
