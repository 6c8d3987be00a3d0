"""`RecordAdmin`: the admin of a stored record. It reads what MongoDB has; every change goes through
the services, so that cache, counters and events follow."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from mysocial.cascades import Removal
from mysocial.errors import Refused
from mysocial.mail import Mail
from mysocial.models import Record

admin.site.site_header = admin.site.site_title = "MySocial"
admin.site.index_title = "Moderation"


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Record]
else:
    Base = admin.ModelAdmin  # generic for the type checker only


class RecordAdmin(Base):
    """Lists, searches, edits and deletes records of one model."""

    # What a change and a deletion call; without one, the page offers none.
    change: ClassVar[Callable[..., Any] | None] = None
    remove: ClassVar[Callable[..., Any] | None] = None
    actions_on_bottom = True
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).change is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).remove is not None and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Record, form: "ModelForm[Record]", change: bool
    ) -> None:
        """Hand only the fields that were changed to the service."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            self._try(request, type(self).change, obj, **changes)

    def delete_model(self, request: HttpRequest, obj: Record) -> None:
        self._try(request, type(self).remove, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> None:
        for obj in queryset:
            self._try(request, type(self).remove, obj)

    def _try(
        self, request: HttpRequest, verb: Callable[..., Any] | None, obj: Record, **changes: Any
    ) -> None:
        assert verb is not None  # noqa: S101 - the permissions above see to it
        try:
            verb(obj.pk, **changes)
        except Refused as error:
            reasons = " ".join(error.errors.values())
            self.message_user(request, f"{obj}: {error.detail} {reasons}", messages.ERROR)


class OwedAdmin(RecordAdmin):
    """What Celery has to do, has done or has given up: to be looked at only."""

    list_filter: ClassVar[tuple[str, ...]] = ("status",)
    ordering = ("-created_at",)


@admin.register(Mail)
class MailAdmin(OwedAdmin):
    """Mails. Their words are made when they are sent, and kept nowhere."""

    list_display = ("kind", "recipient", "status", "tries", "created_at", "sent_at")
    list_filter = ("status", "kind")
    search_fields = ("recipient",)


@admin.register(Removal)
class RemovalAdmin(OwedAdmin):
    """Deleted records whose dependents are to be removed."""

    list_display = ("label", "record_id", "status", "tries", "created_at")
    search_fields = ("record_id",)
