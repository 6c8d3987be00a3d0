"""Base classes of the admin pages, and the pages of the project's own records.

The admin reads from MongoDB. Every change goes through the services, so that cache, counters and
events follow, and is recorded in the audit log by the same write.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.db.models import CharField, Field, QuerySet, TextField
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.forms import AuthenticationForm

from mysocial.admin.audit import AuditEntry, staff_action
from mysocial.admin.login_limits import accept_login, count_login
from mysocial.admin.second_factor import SecondFactor
from mysocial.admin.staff import CHANNEL, RoleAdmin, StaffAdmin, staff_username
from mysocial.admin.text_forms import TextFormField
from mysocial.api import get_client_address, get_origin
from mysocial.core.errors import AppError, TooManyRequests
from mysocial.core.text import normalize_text
from mysocial.hooks.cursors import HookCursor
from mysocial.outbox import CascadeDeletion, Email
from mysocial.record_migrations.run import MigrationState
from mysocial.security_log import Kind, Outcome, SecurityEvent, count_event
from mysocial.store import Record

__all__ = [
    "AUDIT_REASON",
    "CHANNEL",
    "OutboxItemAdmin",
    "RecordAdmin",
    "StaffLoginForm",
    "staff_username",
]

admin.site.index_title = "Overview"
admin.site.unregister((Staff, Group))  # Django's own pages do not write to the audit log
admin.site.register(Staff, StaffAdmin)
admin.site.register(Group, RoleAdmin)
AUDIT_REASON = "audit_reason"  # the form field with the reason for the audit log


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Record]
else:
    Base = ModelAdmin  # generic for the type checker only


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]
    """The login form of staff, with stricter rate limits than that of members."""

    def clean(self) -> dict[str, Any]:
        address = get_client_address(self.request) if self.request else ""
        username = self.cleaned_data.get("username", "")
        try:
            guess = count_login(username, address)
            credentials: dict[str, Any] = super().clean()
            accept_login(guess)
        except AppError as error:
            if isinstance(error, TooManyRequests):
                origin = get_origin(self.request)
                count_event(Kind.RATE_LIMIT, Outcome.LIMITED, detail="staff login", origin=origin)
            raise ValidationError(error.detail) from None
        return credentials


admin.site.login_form = StaffLoginForm


class RecordAdmin(Base):
    """Lists, searches, adds, edits and deletes the records of one model.

    A subclass defines `add`, `change` and `remove` as static methods that call the services. They
    take the id, and `add` and `change` the form's fields as keyword arguments. The admin offers
    only the operations that are defined.
    """

    add: ClassVar[Callable[..., Any] | None] = None
    change: ClassVar[Callable[..., Any] | None] = None
    remove: ClassVar[Callable[..., Any] | None] = None
    actions_on_bottom = True
    show_full_result_count = False
    list_per_page = 25
    change_form_after_template = "admin/audit_reason.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return type(self).add is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).change is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).remove is not None and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Return the form field; texts have the rules of `mysocial.core.text`."""
        if isinstance(db_field, CharField | TextField) and not db_field.choices:
            kwargs["form_class"] = TextFormField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Record, form: "ModelForm[Record]", change: bool
    ) -> None:
        # A change passes only the fields that were changed.
        names = form.changed_data if change else form.cleaned_data
        fields = {name: form.cleaned_data[name] for name in names}
        if fields:
            service = type(self).change if change else type(self).add
            self.call_service(request, "change" if change else "add", service, obj.pk, **fields)

    def delete_model(self, request: HttpRequest, obj: Record) -> None:
        self.call_service(request, "delete", type(self).remove, obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> None:
        for obj in queryset:
            self.call_service(request, "delete", type(self).remove, obj.pk)

    def call_service(
        self,
        request: HttpRequest,
        operation: str,
        service: Callable[..., Any] | None,
        pk: str,
        /,
        **arguments: Any,
    ) -> Any:
        """Call a service as a staff action, which adds an entry to the audit log.

        Args:
            request: The staff member's request.
            operation: A verb, such as "delete"; the audit log appends the name of the model.
            service: The service, called with the id and `arguments`.
            pk: The id of the record.

        Returns:
            The result of the service. If the service raises an `AppError`, its detail is shown to
            the staff member and the result is None.
        """
        assert service is not None  # noqa: S101 - ensured by the permissions above
        action = f"{operation} {self.opts.verbose_name}"
        try:
            with staff_action(
                actor=staff_username(request),
                channel=CHANNEL,
                action=action,
                target=f"{self.opts.label_lower}:{pk}",
                reason=normalize_text(request.POST.get(AUDIT_REASON, "")),
            ):
                return service(pk, **arguments)
        except AppError as error:
            request.has_failed = True  # type: ignore[attr-defined]
            reasons = " ".join(dict.fromkeys((error.detail, *error.errors.values())))
            self.message_user(request, f"Could not {action}: {reasons}", messages.ERROR)
            return None

    def response_add(
        self, request: HttpRequest, obj: Record, post_url_continue: str | None = None
    ) -> HttpResponse:
        return _redirect_after_error(request) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Record) -> HttpResponse:
        return _redirect_after_error(request) or super().response_change(request, obj)


def _redirect_after_error(request: HttpRequest) -> HttpResponse | None:
    """Return a redirect to the same page, which shows the error, if a service failed."""
    return HttpResponseRedirect(request.path) if hasattr(request, "has_failed") else None


class OutboxItemAdmin(RecordAdmin):
    """Items of the outbox: pending, done or failed; read-only."""

    list_filter: ClassVar[tuple[str, ...]] = ("status",)
    ordering = ("-created_at",)


@admin.register(Email)
class EmailAdmin(OutboxItemAdmin):
    """E-mails. Their texts are rendered when they are sent, and not stored."""

    list_display = ("kind", "recipient", "status", "tries", "created_at", "sent_at", "failure")
    list_filter = ("status", "kind")
    search_fields = ("recipient", "failure")


@admin.register(CascadeDeletion)
class CascadeDeletionAdmin(OutboxItemAdmin):
    """Deleted records whose dependents are to be deleted."""

    list_display = ("label", "record_id", "status", "tries", "created_at")
    search_fields = ("record_id",)


@admin.register(HookCursor)
class HookCursorAdmin(RecordAdmin):
    """Up to where each hook has received events, and its last error; read-only."""

    list_display = ("id", "offset", "failures", "due_at", "error")


@admin.register(MigrationState)
class MigrationStateAdmin(RecordAdmin):
    """How far each record migration has got; read-only."""

    list_display = ("id", "status", "migrated", "created_at")


@admin.register(SecurityEvent)
class SecurityEventAdmin(RecordAdmin):
    """The security log; read-only."""

    list_display = (
        *("created_at", "kind", "outcome", "account_id", "staff"),
        *("network", "user_agent", "detail", "count", "last_at"),
    )
    list_filter = ("kind", "outcome")
    search_fields = ("account_id", "staff", "network", "detail", "user_agent")
    ordering = ("-created_at",)


@admin.register(SecondFactor)
class SecondFactorAdmin(RecordAdmin):
    """Second factors of staff, without their secrets; `manage.py reset_staff_2fa` removes one."""

    list_display = ("id", "created_at")


@admin.register(AuditEntry)
class AuditAdmin(RecordAdmin):
    """The audit log; read-only, and no service changes or deletes entries."""

    list_display = ("created_at", "actor", "channel", "action", "target", "reason")
    list_filter = ("channel",)
    search_fields = ("actor", "action", "target", "reason")
    ordering = ("-created_at",)
