"""Media: pictures and videos that members brought, and the files that nothing shows any more."""

from django.db import models

from mysocial.outbox import OutboxItem
from mysocial.store import ID


class Kind(models.TextChoices):
    """What is seen."""

    IMAGE = "image", "Image"
    VIDEO = "video", "Video"


class Purpose(models.TextChoices):
    """What it was brought for."""

    PROFILE = "profile", "Profile picture"
    BACKGROUND = "background", "Background of a profile"
    POST = "post", "Post"
    MESSAGE = "message", "Chat message"


# What a member's gallery shows: not what was said to somebody alone.
GALLERY_PURPOSES = [
    (use.value, use.label) for use in (Purpose.PROFILE, Purpose.BACKGROUND, Purpose.POST)
]


class State(models.TextChoices):
    """How far it is."""

    PROCESSING = "processing", "Processing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Media(OutboxItem):
    """A picture or a video. Its processing is owed until it is ready or has failed."""

    owner_id = models.CharField(**ID)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    subject_id = models.CharField(max_length=64, default="")  # the post or message it is in
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROCESSING)
    url = models.CharField(max_length=500, null=True, default=None)
    width = models.IntegerField(null=True, default=None)
    height = models.IntegerField(null=True, default=None)
    content_type = models.CharField(max_length=20)
    size = models.IntegerField()  # bytes: as it came, then as it is shown
    host = models.CharField(max_length=10, default="")  # who has the file, see hosts.py
    # Chosen before anything is handed over, so that whatever happens the file can be removed.
    host_ref = models.CharField(max_length=40)
    # Written when a profile begins to show it, so that this and its deletion can't pass each other.
    shown_at = models.DateTimeField(null=True, default=None)

    class Meta(OutboxItem.Meta):
        db_table = "media"
        verbose_name = "media"
        verbose_name_plural = "media"

    def __str__(self) -> str:
        return f"{self.purpose} {self.kind} {self.pk}"


class DeletedFile(OutboxItem):
    """A file that is to be removed from its host."""

    kind = models.CharField(max_length=5, choices=Kind.choices)
    host = models.CharField(max_length=10)
    host_ref = models.CharField(max_length=40)

    class Meta(OutboxItem.Meta):
        db_table = "deleted_files"
        verbose_name = "deleted file"
        verbose_name_plural = "deleted files"
