"""`Record`: the base of every stored model."""

from typing import Any, ClassVar

from django.db import models

from mysocial.core.ids import ID_LENGTH, new_id, now

READ_ONLY = "Only services change records, with mysocial.store.write."


class LiveManager(models.Manager["Record"]):
    """The records that are not deleted."""

    def get_queryset(self) -> models.QuerySet["Record"]:
        return super().get_queryset().filter(deleted_at=None)


class AddressField(models.CharField):  # type: ignore[type-arg]
    """The address of a file: a path of this site, or an absolute URL of another host.

    Responses and events show it as an absolute URL. A fragment may hold it under a name that ends
    in `url`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 500, **options})


class Record(models.Model):
    """A record that is written to Redis first and flushed to MongoDB.

    `save()` and `delete()` raise an error: only `mysocial.store.write` changes records. The fields
    describe the record for its encoding, the admin and reports.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, db_column="_id")
    created_at = models.DateTimeField(default=now)
    version = models.BigIntegerField(default=0, db_column="_version", editable=False)
    deleted_at = models.DateTimeField(
        null=True, default=None, db_column="_deleted_at", editable=False
    )

    objects: ClassVar[models.Manager[Any]] = LiveManager()

    # The version of the record's own fields when this instance was read (see `Write.update`).
    revision: int = 0

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *_: Any, **__: Any) -> None:
        raise TypeError(READ_ONLY)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(READ_ONLY)


ID: dict[str, Any] = {"max_length": ID_LENGTH}
