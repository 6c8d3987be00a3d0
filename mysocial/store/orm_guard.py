"""The guard against writes of Django's ORM, which would change MongoDB and not Redis.

Every way of the ORM to write a stored record raises `OrmWriteRefused`: methods of the record, of
its managers and querysets, and the deletion of dependents. Reads work, for the admin and reports.
The only other way to write to MongoDB is `mysocial.core.mongo.collection()`: the flush, the restore
and the repair write documents with it, with the version of the record in Redis.
"""

from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.signals import pre_delete, pre_save


class OrmWriteRefused(TypeError):
    """Django's ORM was asked to write a record."""

    def __init__(self, model: type[models.Model], operation: str) -> None:
        app = (model.__module__ or "").rpartition(".")[0] or model._meta.app_label  # noqa: SLF001 - Django's documented _meta API
        super().__init__(
            f"{operation} cannot write {model._meta.label}: MongoDB only has copies of the "  # noqa: SLF001
            f"records, and the change would be lost or would not be seen. Call a function of "
            f"{app}.services. Inside of a service, use mysocial.store.write()."
        )


def _refuse(name: str) -> Any:
    def refuse(self: "RecordQuerySet", *_: Any, **__: Any) -> NoReturn:
        raise OrmWriteRefused(self.model, f"QuerySet.{name}()")

    refuse.__name__ = name
    refuse.__doc__ = "Refuse to write: only services change records."
    return refuse


class RecordQuerySet(models.QuerySet[Any]):
    """A queryset that only reads. The asynchronous methods call the methods below."""

    create = _refuse("create")
    get_or_create = _refuse("get_or_create")
    update_or_create = _refuse("update_or_create")
    bulk_create = _refuse("bulk_create")
    bulk_update = _refuse("bulk_update")
    update = _refuse("update")
    delete = _refuse("delete")
    # What the ORM itself calls.
    _insert = _refuse("_insert")
    _update = _refuse("_update")
    _raw_delete = _refuse("_raw_delete")


class RecordManager(models.Manager[Any]):
    """A manager that only reads. It includes the tombstones of deleted records."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return RecordQuerySet(self.model, using=self._db)


class LiveManager(RecordManager):
    """The records that are not deleted."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(deleted_at=None)


def _refuse_save(sender: type[models.Model], **_: Any) -> NoReturn:
    raise OrmWriteRefused(sender, "Model.save_base()")


def _refuse_delete(sender: type[models.Model], **_: Any) -> NoReturn:
    raise OrmWriteRefused(sender, "Collector.delete()")


def guard_model(model: type[models.Model]) -> None:
    """Refuse the writes of a stored model that do not use its managers: fixtures and cascades.

    Raises:
        ImproperlyConfigured: A manager of the model could write.
    """
    options = model._meta  # noqa: SLF001 - Django's documented _meta API
    for manager in (*options.managers, options.base_manager):
        if not isinstance(manager.get_queryset(), RecordQuerySet):
            raise ImproperlyConfigured(
                f"{options.label}.{manager.name} could write to MongoDB directly. Derive it from "
                "mysocial.store.RecordManager."
            )
    pre_save.connect(_refuse_save, sender=model, dispatch_uid="mysocial.orm_guard")
    pre_delete.connect(_refuse_delete, sender=model, dispatch_uid="mysocial.orm_guard")
