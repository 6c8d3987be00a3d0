"""`Record`: the base of every stored model."""

from typing import Any, ClassVar

from django.db import models

from mysocial.core.ids import ID_LENGTH, new_id, now
from mysocial.store.orm_guard import LiveManager, OrmWriteRefused, RecordManager


class AddressField(models.CharField):  # type: ignore[type-arg]
    """The address of a file: a path of this site, or an absolute URL of another host.

    Responses and events show it as an absolute URL. A fragment may hold it under a name that ends
    in `url`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 500, **options})


class Record(models.Model):
    """A record that is written to Redis first and flushed to MongoDB.

    Only `mysocial.store.write` changes records: every method of the ORM that writes raises
    `OrmWriteRefused`. The fields describe the record for its encoding, the admin and reports.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, db_column="_id")
    created_at = models.DateTimeField(default=now)
    version = models.BigIntegerField(default=0, db_column="_version", editable=False)
    deleted_at = models.DateTimeField(
        null=True, default=None, db_column="_deleted_at", editable=False
    )

    objects: ClassVar[models.Manager[Any]] = LiveManager()
    with_tombstones: ClassVar[models.Manager[Any]] = RecordManager()

    # The version of the record's own fields when this instance was read (see `Write.update`).
    revision: int = 0

    class Meta:
        abstract = True
        managed = False
        base_manager_name = "with_tombstones"

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *_: Any, **__: Any) -> None:
        raise OrmWriteRefused(type(self), "Model.save()")

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise OrmWriteRefused(type(self), "Model.delete()")


ID: dict[str, Any] = {"max_length": ID_LENGTH}
