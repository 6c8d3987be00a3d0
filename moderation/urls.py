"""Routes of moderation."""

from moderation.views import ReportViewSet
from mysocial.api.routing import route

urlpatterns = [
    route("reports", ReportViewSet, get="list", post="create"),
]
