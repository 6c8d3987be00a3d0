"""Models of members: public profiles and settings."""

from typing import Any

from django.db import models

from mysocial.core.ids import now
from mysocial.core.text import fold_name
from mysocial.outbox import OutboxItem
from mysocial.store import ID, AddressField, Record

# Each type can be turned off for each channel.
NOTIFICATION_TYPES = (
    *("comment", "reply", "reaction", "comment_reaction", "follow", "follow_request"),
    *("follow_accepted", "message", "mention", "poll", "report", "warning"),
)
CHANNELS = ("in_app", "email")
OFF_BY_DEFAULT = {("poll", "email")}  # types and channels that a member turns on
COLORS = ("#b45309", "#047857", "#1d4ed8", "#7c3aed", "#be123c", "#0e7490", "#4d7c0f", "#a21caf")


class MessagingPolicy(models.TextChoices):
    """Who may start a conversation with a member."""

    EVERYONE = "everyone", "Everyone"
    FOLLOWING = "following", "Members they follow"
    NOBODY = "nobody", "Nobody"


def default_notifications() -> dict[str, dict[str, bool]]:
    """Return the notification preferences of a new member."""
    return {
        kind: {channel: (kind, channel) not in OFF_BY_DEFAULT for channel in CHANNELS}
        for kind in NOTIFICATION_TYPES
    }


class User(Record):
    """A member's public profile and settings.

    The account with the e-mail address and the password has the same id, in `accounts`.
    """

    username = models.CharField(max_length=30)
    username_key = models.CharField(max_length=30, editable=False)  # folded, unique
    # In any script; shown beside the username. `users/profile_texts.py` has its rules.
    display_name = models.TextField(max_length=40, default="", blank=True)
    avatar_color = models.CharField(max_length=7, default=COLORS[0])
    avatar_url = AddressField(default="", blank=True)
    background_url = AddressField(default="", blank=True)
    # Set as soon as an image is uploaded; the URLs above follow when it is processed.
    avatar_id = models.CharField(**ID, default="", editable=False)
    background_id = models.CharField(**ID, default="", editable=False)
    is_private = models.BooleanField(default=False)
    who_may_message = models.CharField(
        max_length=9, choices=MessagingPolicy.choices, default=MessagingPolicy.EVERYONE
    )
    shows_presence = models.BooleanField(default=True)
    shows_in_leaderboards = models.BooleanField(default=True)
    # Milliseconds since 1970, or empty; Lua scripts compare them with the clock of Redis.
    silenced_until = models.CharField(max_length=15, default="", editable=False)
    suspended_until = models.CharField(max_length=15, default="", editable=False)
    # The position of the event log at the sign-up: no earlier event is replayed to the member.
    joined_cursor = models.CharField(max_length=26, default="", editable=False)
    notifications = models.JSONField(default=default_notifications)
    bio = models.TextField(max_length=500, default="", blank=True)
    pronouns = models.TextField(max_length=40, default="", blank=True)
    # As `YYYY-MM-DD`, or empty; nobody else sees it.
    birth_date = models.CharField(max_length=10, default="", blank=True)
    quote = models.TextField(max_length=300, default="", blank=True)
    work = models.TextField(max_length=100, default="", blank=True)
    school = models.TextField(max_length=100, default="", blank=True)
    location = models.TextField(max_length=100, default="", blank=True)
    facebook = models.CharField(max_length=200, default="", blank=True)
    instagram = models.CharField(max_length=200, default="", blank=True)
    twitter = models.CharField(max_length=200, default="", blank=True)
    youtube = models.CharField(max_length=200, default="", blank=True)
    # Objects with `label`, `url` and `verified_at`, which is null or a time of the API.
    links = models.JSONField(default=list, blank=True)
    # All posts but the withheld ones, those that followers may see, and those for everybody.
    posts_count = models.IntegerField(default=0, editable=False)
    follower_posts_count = models.IntegerField(default=0, editable=False)
    public_posts_count = models.IntegerField(default=0, editable=False)
    pinned_posts_count = models.IntegerField(default=0, editable=False)
    followers_count = models.IntegerField(default=0, editable=False)
    following_count = models.IntegerField(default=0, editable=False)

    class Meta(Record.Meta):
        db_table = "users"
        verbose_name = "member"
        verbose_name_plural = "members"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.username_key = self.username_key or fold_name(self.username)

    def __str__(self) -> str:
        return self.username


class SiteTotals(Record):
    """The number of public posts of all accounts that are not private; a single record."""

    public_posts_count = models.IntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "site_totals"
        verbose_name = "site totals"
        verbose_name_plural = "site totals"


class LinkCheck(OutboxItem):
    """The check of a member's links; its id is the member's. It is queued as long as there are any.

    `confirmed_ms` is, by URL, when a check has last found the member on the page.
    """

    confirmed_ms = models.JSONField(default=dict)

    class Meta(OutboxItem.Meta):
        db_table = "link_checks"
        verbose_name = "check of links"
        verbose_name_plural = "checks of links"


class UsernameReservation(Record):
    """The former username of a member: until a time, nobody else can have it.

    Its id is a hash of the name. Meanwhile, the name leads to the member.
    """

    user_id = models.CharField(**ID)
    username = models.CharField(max_length=30)
    expires_at = models.DateTimeField()
    # The same in milliseconds since 1970; Lua scripts compare it with the clock of Redis.
    username_reserved_until = models.CharField(max_length=15)
    # Whether staff removed the name: the member cannot have it again either.
    is_removed = models.BooleanField(default=False)

    class Meta(Record.Meta):
        db_table = "username_reservations"
        verbose_name = "former username"
        verbose_name_plural = "former usernames"

    @property
    def is_in_force(self) -> bool:
        """Whether the name is still reserved."""
        return self.expires_at > now()
