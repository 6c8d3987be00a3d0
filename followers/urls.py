"""Routes of follows, requests, blocks and mutes."""

from followers.views import FollowViewSet, HidingViewSet, RequestViewSet
from mysocial.api.routing import route

urlpatterns = [
    route("users/relationships", FollowViewSet, get="relationships"),
    route("users/suggestions", FollowViewSet, get="suggestions"),
    route("users/<id:pk>/follow", FollowViewSet, put="follow", delete="unfollow"),
    route("users/<id:pk>/followers", FollowViewSet, get="followers"),
    route("users/<id:pk>/following", FollowViewSet, get="following"),
    route("users/me/followers/<id:pk>", FollowViewSet, delete="remove"),
    route("users/me/follow-requests", RequestViewSet, get="list"),
    route("users/me/follow-requests/<id:pk>", RequestViewSet, put="accept", delete="refuse"),
    route("users/<id:pk>/block", HidingViewSet, put="block", delete="unblock"),
    route("users/me/blocks", HidingViewSet, get="blocks"),
    route("users/<id:pk>/mute", HidingViewSet, put="mute", delete="unmute"),
    route("users/me/mutes", HidingViewSet, get="mutes"),
]
