"""The kinds of reactions, to posts and to chat messages."""

from django.db.models import TextChoices


class ReactionType(TextChoices):
    """A way to react. Each has a counter `reactions_<value>` in `posts.models.Post`."""

    LIKE = "like", "Like"
    LOVE = "love", "Love"
    HAPPY = "happy", "Happy"
    WOW = "wow", "Wow"
    SAD = "sad", "Sad"
    ANGRY = "angry", "Angry"
