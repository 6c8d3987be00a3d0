"""Routes of chat."""

from chat.views import ConversationViewSet, MessageViewSet, OpenChatViewSet
from mysocial.routing import route

urlpatterns = [
    route("chat/conversations", ConversationViewSet, get="list"),
    route("chat/unread", ConversationViewSet, get="unread"),
    route("chat/messages/read", ConversationViewSet, put="read"),
    route("chat/message", MessageViewSet, post="create"),
    route(
        # Of a GET it is the other member's id, of the rest a message's.
        "chat/messages/<id:pk>",
        MessageViewSet,
        get="list",
        patch="partial_update",
        delete="destroy",
    ),
    route("chat/messages/<id:pk>/reaction", MessageViewSet, put="react", delete="unreact"),
    route("chat/users", OpenChatViewSet, get="list"),
    route("chat/users/<id:pk>", OpenChatViewSet, put="update", delete="destroy"),
]
