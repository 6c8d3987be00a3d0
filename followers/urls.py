"""Routes of follows, requests, blocks and mutes."""

from followers.views import BlockMuteViewSet, FollowRequestViewSet, FollowViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("users/relationships", FollowViewSet, get="relationships"),
    api_path("users/suggestions", FollowViewSet, get="suggestions"),
    api_path("users/<id:pk>/follow", FollowViewSet, put="follow", delete="unfollow"),
    api_path("users/<id:pk>/followers", FollowViewSet, get="followers"),
    api_path("users/<id:pk>/following", FollowViewSet, get="following"),
    api_path("users/me/followers/<id:pk>", FollowViewSet, delete="remove"),
    api_path("users/me/follow-requests", FollowRequestViewSet, get="list"),
    api_path(
        "users/me/follow-requests/<id:pk>", FollowRequestViewSet, put="accept", delete="decline"
    ),
    api_path("users/<id:pk>/block", BlockMuteViewSet, put="block", delete="unblock"),
    api_path("users/me/blocks", BlockMuteViewSet, get="blocks"),
    api_path("users/<id:pk>/mute", BlockMuteViewSet, put="mute", delete="unmute"),
    api_path("users/me/mutes", BlockMuteViewSet, get="mutes"),
]
