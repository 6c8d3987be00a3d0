"""URL patterns of chat."""

from chat.views import ConversationViewSet, MessageViewSet, OpenChatViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("chat/conversations", ConversationViewSet, get="conversations"),
    api_path("chat/unread", ConversationViewSet, get="unread"),
    api_path("chat/messages/read", ConversationViewSet, put="mark_read"),
    api_path("chat/message", MessageViewSet, uploads="image", post="send"),
    api_path(
        # The id of the other member for GET, the id of a message for the other methods.
        "chat/messages/<id:pk>",
        MessageViewSet,
        get="messages",
        patch="edit",
        delete="destroy",
    ),
    api_path("chat/messages/<id:pk>/reaction", MessageViewSet, put="react", delete="unreact"),
    api_path("chat/users", OpenChatViewSet, get="open_chats"),
    api_path("chat/users/<id:pk>", OpenChatViewSet, put="open", delete="close"),
]
