"""Routes of follows, requests, blocks and mutes."""

from followers.views import FollowViewSet, HidingViewSet, RequestViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("users/relationships", FollowViewSet, get="relationships"),
    api_path("users/suggestions", FollowViewSet, get="suggestions"),
    api_path("users/<id:pk>/follow", FollowViewSet, put="follow", delete="unfollow"),
    api_path("users/<id:pk>/followers", FollowViewSet, get="followers"),
    api_path("users/<id:pk>/following", FollowViewSet, get="following"),
    api_path("users/me/followers/<id:pk>", FollowViewSet, delete="remove"),
    api_path("users/me/follow-requests", RequestViewSet, get="list"),
    api_path("users/me/follow-requests/<id:pk>", RequestViewSet, put="accept", delete="refuse"),
    api_path("users/<id:pk>/block", HidingViewSet, put="block", delete="unblock"),
    api_path("users/me/blocks", HidingViewSet, get="blocks"),
    api_path("users/<id:pk>/mute", HidingViewSet, put="mute", delete="unmute"),
    api_path("users/me/mutes", HidingViewSet, get="mutes"),
]
