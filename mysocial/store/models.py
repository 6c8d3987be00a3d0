"""`Record`: what every stored model has."""

from typing import Any, ClassVar

from django.db import models

from mysocial.core.ids import ID_LENGTH, new_id, now


class LiveManager(models.Manager["Record"]):
    """Leaves out tombstones."""

    def get_queryset(self) -> models.QuerySet["Record"]:
        return super().get_queryset().filter(deleted_at=None)


class Record(models.Model):
    """A record that is accepted in Redis and carried to MongoDB.

    `save()` and `delete()` raise: only `mysocial.store.writes` changes records. The fields describe
    the record for encoding, for the admin and for reports.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, db_column="_id")
    created_at = models.DateTimeField(default=now)
    version = models.BigIntegerField(default=0, db_column="_version", editable=False)
    deleted_at = models.DateTimeField(
        null=True, default=None, db_column="_deleted_at", editable=False
    )

    objects: ClassVar[models.Manager[Any]] = LiveManager()

    # The version of the record's own fields that this copy was read at (see `Write.update`).
    revision: int = 0

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *_: Any, **__: Any) -> None:
        raise TypeError("Records are changed by the services, through mysocial.store.writes only.")

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Records are changed by the services, through mysocial.store.writes only.")


ID: dict[str, Any] = {"max_length": ID_LENGTH}
