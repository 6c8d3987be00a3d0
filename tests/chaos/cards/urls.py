"""Routes below `/api/v1/cards`."""

from mysocial.api import api_path
from tests.chaos.cards.views import CardViewSet

urlpatterns = [
    api_path("", CardViewSet, post="create"),
    api_path("<id:pk>", CardViewSet, get="retrieve", patch="partial_update", delete="destroy"),
]
