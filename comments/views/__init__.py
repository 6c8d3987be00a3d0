"""HTTP API of comments and of reactions to them."""

from comments.views.comments import CommentViewSet
from comments.views.reactions import CommentReactionViewSet

__all__ = ["CommentReactionViewSet", "CommentViewSet"]
