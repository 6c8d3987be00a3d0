"""The kinds of reactions, to posts, comments and chat messages."""

from django.db.models import TextChoices


class ReactionType(TextChoices):
    """A way to react. Posts and comments have a counter `reactions_<value>` of each."""

    LIKE = "like", "Like"
    LOVE = "love", "Love"
    HAPPY = "happy", "Happy"
    WOW = "wow", "Wow"
    SAD = "sad", "Sad"
    ANGRY = "angry", "Angry"
