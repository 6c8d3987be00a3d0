"""Routes of follows and blocks."""

from followers.views import FollowViewSet
from mysocial.routing import route

urlpatterns = [
    route("users/<id:pk>/follow", FollowViewSet, put="follow", delete="unfollow"),
    route("users/<id:pk>/block", FollowViewSet, put="block", delete="unblock"),
]
