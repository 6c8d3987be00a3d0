"""Posts, their polls and earlier versions, and bookmarks."""

from django.db import models

from mysocial.outbox import OutboxItem
from mysocial.store import ID, Record

MAX_TEXT_LENGTH = 5000  # in characters as a person counts them


class Privacy(models.TextChoices):
    """The audience of a post; see `posts.permissions.can_see_post`."""

    PUBLIC = "public", "Everyone"
    FOLLOWERS = "followers", "Followers"
    PRIVATE = "private", "Only me"


class CommentPolicy(models.TextChoices):
    """Who may comment on a post, of those who see it; see `posts.permissions.can_comment`."""

    EVERYONE = "everyone", "Everyone"
    FOLLOWERS = "followers", "Followers"
    MENTIONED = "mentioned", "Members that the text mentions"
    NOBODY = "nobody", "Only me"


# The privacy of a post that staff have withheld. Members cannot choose it.
WITHHELD = "withheld"


class Feeling(models.TextChoices):
    """The author's feeling, shown with a post."""

    NONE = "", "-"
    HAPPY = "happy", "Happy"
    EXCITED = "excited", "Excited"
    BLESSED = "blessed", "Blessed"
    LOVED = "loved", "Loved"
    SAD = "sad", "Sad"
    ANGRY = "angry", "Angry"


class MediaKind(models.TextChoices):
    """The kind of media in a post. A GIF counts as an image."""

    NONE = "", "-"
    IMAGES = "images", "Images"
    VIDEOS = "videos", "Videos"


class Post(Record):
    """A member's post."""

    author_id = models.CharField(**ID)
    privacy = models.CharField(max_length=9, choices=Privacy.choices, default=Privacy.PUBLIC)
    who_may_comment = models.CharField(
        max_length=9, choices=CommentPolicy.choices, default=CommentPolicy.EVERYONE
    )
    # The privacy of a withheld post before it was withheld.
    original_privacy = models.CharField(max_length=9, default="", editable=False)
    text = models.TextField(max_length=MAX_TEXT_LENGTH, default="", blank=True)
    facets = models.JSONField(default=list, editable=False)  # of the text
    bg_color = models.CharField(max_length=7, default="", blank=True)
    feelings = models.CharField(max_length=10, choices=Feeling.choices, default="", blank=True)
    gif_url = models.CharField(max_length=500, default="", blank=True)
    media_id = models.CharField(**ID, default="", editable=False)
    media_kind = models.CharField(
        max_length=6, choices=MediaKind.choices, default="", editable=False
    )
    edited_at = models.DateTimeField(null=True, default=None, editable=False)
    poll_id = models.CharField(
        **ID, default="", editable=False
    )  # the id of the post, if it has one
    is_pinned = models.BooleanField(default=False, editable=False)
    pinned_at = models.DateTimeField(null=True, default=None, editable=False)
    comments_count = models.IntegerField(default=0, editable=False)
    reactions_like = models.IntegerField(default=0, editable=False)
    reactions_love = models.IntegerField(default=0, editable=False)
    reactions_happy = models.IntegerField(default=0, editable=False)
    reactions_wow = models.IntegerField(default=0, editable=False)
    reactions_sad = models.IntegerField(default=0, editable=False)
    reactions_angry = models.IntegerField(default=0, editable=False)

    # The poll that a write gives the post, for its response.
    changed_poll: "Poll | None" = None

    class Meta(Record.Meta):
        db_table = "posts"
        verbose_name = "post"
        verbose_name_plural = "posts"

    def __str__(self) -> str:
        return self.text[:60] or self.id


def bookmark_id(user_id: str, post_id: str) -> str:
    """Return the id of a member's bookmark of a post.

    The id is made of both ids, so a member can bookmark a post only once.
    """
    return f"{user_id}:{post_id}"


class Bookmark(Record):
    """A post that a member has bookmarked. Only the member knows of it."""

    user_id = models.CharField(**ID)
    post_id = models.CharField(**ID)

    class Meta(Record.Meta):
        db_table = "post_bookmarks"
        verbose_name = "bookmark"
        verbose_name_plural = "bookmarks"


class PostVersion(Record):
    """The content of a post before an edit."""

    post_id = models.CharField(**ID)
    written_at = models.DateTimeField()
    text = models.TextField(max_length=MAX_TEXT_LENGTH, default="")
    facets = models.JSONField(default=list)
    bg_color = models.CharField(max_length=7, default="")
    feelings = models.CharField(max_length=10, default="")
    gif_url = models.CharField(max_length=500, default="")
    media_id = models.CharField(**ID, default="")
    # The `Audience` of the post when the content was replaced; see `can_see_post`.
    audience = models.CharField(max_length=9, default="")

    class Meta(Record.Meta):
        db_table = "post_versions"
        verbose_name = "post version"
        verbose_name_plural = "post versions"


MIN_POLL_OPTIONS, MAX_POLL_OPTIONS = 2, 6
MAX_OPTION_LENGTH = 100  # in characters as a person counts them
MIN_POLL_SECONDS, MAX_POLL_SECONDS = 5 * 60, 30 * 24 * 3600


class Poll(Record):
    """The poll of a post. It has the id of the post."""

    options = models.JSONField(default=list)  # the texts
    multiple = models.BooleanField(default=False)
    hide_results = models.BooleanField(default=False)
    may_change_vote = models.BooleanField(default=False)
    ends_at = models.DateTimeField()
    # The same in milliseconds since 1970; Lua scripts compare it with the clock of Redis.
    ends_ms = models.CharField(max_length=15, editable=False)
    voters_count = models.IntegerField(default=0, editable=False)
    votes_0 = models.IntegerField(default=0, editable=False)  # by the number of the option
    votes_1 = models.IntegerField(default=0, editable=False)
    votes_2 = models.IntegerField(default=0, editable=False)
    votes_3 = models.IntegerField(default=0, editable=False)
    votes_4 = models.IntegerField(default=0, editable=False)
    votes_5 = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "polls"
        verbose_name = "poll"
        verbose_name_plural = "polls"


def poll_vote_id(post_id: str, user_id: str) -> str:
    """Return the id of a member's vote in the poll of a post.

    The id is made of both ids, so a member has at most one vote in a poll.
    """
    return f"{post_id}:{user_id}"


class PollVote(Record):
    """A member's vote in a poll. Only the member knows of it."""

    post_id = models.CharField(**ID)
    user_id = models.CharField(**ID)
    # The numbers of the chosen options, from 0, in order: `0,2`.
    choices = models.CharField(max_length=2 * MAX_POLL_OPTIONS)

    class Meta(Record.Meta):
        db_table = "poll_votes"
        verbose_name = "vote in a poll"
        verbose_name_plural = "votes in polls"


class PollEnd(OutboxItem):
    """The announcement of the end of a poll, due at the end. It has the id of the post."""

    is_announced = models.BooleanField(default=False)
    # The last entry of the list of votes whose member was notified; empty before the first.
    notified_up_to = models.JSONField(default=list)

    class Meta(OutboxItem.Meta):
        db_table = "poll_ends"
        verbose_name = "end of a poll"
        verbose_name_plural = "ends of polls"
