"""URL routes of moderation."""

from moderation.views import ReportViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("reports", ReportViewSet, get="list", post="create"),
]
