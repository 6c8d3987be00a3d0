"""Routes of chat."""

from chat.views import ConversationViewSet, MessageViewSet, OpenChatViewSet
from mysocial.api.routing import route

urlpatterns = [
    route("chat/conversations", ConversationViewSet, get="conversations"),
    route("chat/unread", ConversationViewSet, get="unread"),
    route("chat/messages/read", ConversationViewSet, put="mark_read"),
    route("chat/message", MessageViewSet, takes="image", post="send"),
    route(
        # Of a GET it is the other member's id, of the rest a message's.
        "chat/messages/<id:pk>",
        MessageViewSet,
        get="messages",
        patch="edit",
        delete="destroy",
    ),
    route("chat/messages/<id:pk>/reaction", MessageViewSet, put="react", delete="unreact"),
    route("chat/users", OpenChatViewSet, get="open_chats"),
    route("chat/users/<id:pk>", OpenChatViewSet, put="open", delete="close"),
]
