"""URL patterns of chat."""

from chat.views import ConversationViewSet, MessageViewSet, OpenChatViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("chat/conversations", ConversationViewSet, get="conversations"),
    api_path("chat/unread", ConversationViewSet, get="unread"),
    api_path("chat/conversations/<id:pk>/messages", MessageViewSet, get="messages"),
    api_path("chat/conversations/<id:pk>/read", ConversationViewSet, put="mark_read"),
    api_path("chat/messages", MessageViewSet, uploads="image", post="send"),
    api_path("chat/message", MessageViewSet, uploads="image", post="send", is_alias=True),
    api_path(
        "chat/messages/<id:pk>", MessageViewSet, get="retrieve", patch="edit", delete="destroy"
    ),
    api_path("chat/messages/<id:pk>/reaction", MessageViewSet, put="react", delete="unreact"),
    api_path("chat/users", OpenChatViewSet, get="open_chats"),
    api_path("chat/users/<id:pk>", OpenChatViewSet, put="open", delete="close"),
]
