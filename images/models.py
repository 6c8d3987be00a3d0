"""Media that members uploaded, and deleted files that are still at their host."""

from django.db import models

from mysocial.outbox import OutboxItem
from mysocial.store import ID, AddressField

AVATAR_SIZE = "small"


class Kind(models.TextChoices):
    """The kind of media."""

    IMAGE = "image", "Image"
    VIDEO = "video", "Video"


class Purpose(models.TextChoices):
    """What media were uploaded for."""

    PROFILE = "profile", "Profile picture"
    BACKGROUND = "background", "Background of a profile"
    POST = "post", "Post"
    MESSAGE = "message", "Chat message"


# The purposes of the images in a gallery. Images of messages are private.
GALLERY_PURPOSES = [
    (purpose.value, purpose.label)
    for purpose in (Purpose.PROFILE, Purpose.BACKGROUND, Purpose.POST)
]


class State(models.TextChoices):
    """The state of the processing."""

    PROCESSING = "processing", "Processing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Media(OutboxItem):
    """An image or a video, in the outbox until it is ready or has failed."""

    owner_id = models.CharField(**ID)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    subject_id = models.CharField(max_length=64, default="")  # The post or message that it is in.
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROCESSING)
    error = models.CharField(max_length=200, null=True, default=None)  # Why it has failed.
    url = AddressField(null=True, default=None)
    width = models.IntegerField(null=True, default=None)
    height = models.IntegerField(null=True, default=None)
    duration = models.FloatField(null=True, default=None)  # Seconds; null for a still image.
    blurhash = models.CharField(max_length=40, default="")
    # By name: url, width and height. The names are those of `processing/previews.py`.
    sizes = models.JSONField(default=dict)
    content_type = models.CharField(max_length=20)
    size = models.IntegerField()  # In bytes: of the upload, then of the published file.
    host = models.CharField(max_length=10, default="")  # The host of the file; see `hosts.py`.
    # Chosen before the file is stored, so that it can always be removed.
    host_ref = models.CharField(max_length=40)
    # The `Audience` of the post when it replaced the media; empty for media that it shows.
    former_audience = models.CharField(max_length=9, default="")
    # Set when a profile starts to show it, so that a concurrent deletion conflicts.
    shown_at = models.DateTimeField(null=True, default=None)

    class Meta(OutboxItem.Meta):
        db_table = "media"
        verbose_name = "media"
        verbose_name_plural = "media"

    def __str__(self) -> str:
        return f"{self.purpose} {self.kind} {self.pk}"

    @property
    def avatar_url(self) -> str:
        """The address of a picture of a member: a small size, unless it moves."""
        small = self.sizes.get(AVATAR_SIZE) if self.duration is None else None
        return str(small["url"]) if small else self.url or ""

    def is_shown_as(self, address: str) -> bool:
        """Return whether an address of a profile is that of this file."""
        return bool(self.url) and address in {self.url, self.avatar_url}


class DeletedFile(OutboxItem):
    """A file to remove from its host."""

    kind = models.CharField(max_length=5, choices=Kind.choices)
    host = models.CharField(max_length=10)
    host_ref = models.CharField(max_length=40)

    class Meta(OutboxItem.Meta):
        db_table = "deleted_files"
        verbose_name = "deleted file"
        verbose_name_plural = "deleted files"
