"""Posts."""

from django.db import models

from mysocial.models import ID, Record


class Privacy(models.TextChoices):
    """Who may see a post."""

    PUBLIC = "public", "Everyone"
    FOLLOWERS = "followers", "Followers"
    PRIVATE = "private", "Only me"


class Feeling(models.TextChoices):
    """How the author feels."""

    NONE = "", "-"
    HAPPY = "happy", "Happy"
    EXCITED = "excited", "Excited"
    BLESSED = "blessed", "Blessed"
    LOVED = "loved", "Loved"
    SAD = "sad", "Sad"
    ANGRY = "angry", "Angry"


# What can be counted on a post: a counter `reactions_<kind>` each.
REACTIONS = ("like", "love", "happy", "wow", "sad", "angry")


class Post(Record):
    """Something a member wrote."""

    author_id = models.CharField(**ID)
    privacy = models.CharField(max_length=9, choices=Privacy.choices, default=Privacy.PUBLIC)
    text = models.TextField(max_length=5000, default="", blank=True)
    bg_color = models.CharField(max_length=7, default="", blank=True)
    feelings = models.CharField(max_length=10, choices=Feeling.choices, default="", blank=True)
    edited_at = models.DateTimeField(null=True, default=None, editable=False)
    comments_count = models.IntegerField(default=0, editable=False)
    reactions_like = models.IntegerField(default=0, editable=False)
    reactions_love = models.IntegerField(default=0, editable=False)
    reactions_happy = models.IntegerField(default=0, editable=False)
    reactions_wow = models.IntegerField(default=0, editable=False)
    reactions_sad = models.IntegerField(default=0, editable=False)
    reactions_angry = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "posts"

    def __str__(self) -> str:
        return self.text[:60] or self.id


class FeedStats(Record):
    """How many posts the global feed has; a single record."""

    posts_count = models.IntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "feed_stats"
