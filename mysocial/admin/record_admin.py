"""`RecordAdmin`: the admin of a stored record. It reads what MongoDB has; every change goes through
the services, so that cache, counters and events follow, and is written down with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.models import User as Staff
from django.db.models import QuerySet
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.forms import AuthenticationForm

from mysocial.admin.audit import AuditEntry, staff_action
from mysocial.admin.staff import RoleAdmin, StaffAdmin
from mysocial.api import get_client_address
from mysocial.core import rate_limits
from mysocial.core.errors import AppError
from mysocial.core.rate_limits import DAY, HOUR, MINUTE, RateLimit
from mysocial.outbox import CascadeDeletion, Email
from mysocial.store import Record

admin.site.index_title = "Overview"
admin.site.unregister((Staff, Group))  # Django's own pages write nothing down
admin.site.register(Staff, StaffAdmin)
admin.site.register(Group, RoleAdmin)
# From one address; then of one name from there, with a pause that grows to a day.
LOGINS_PER_ADDRESS = RateLimit("staff", 60, HOUR)
FAILED_LOGINS = (RateLimit("staff-here", 5, 15 * MINUTE), RateLimit("staff-here-day", 20, DAY))
CHANNEL = "admin"


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Record]
else:
    Base = ModelAdmin  # generic for the type checker only


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]
    """The login of staff, who are worth more guesses than members are."""

    def clean(self) -> dict[str, Any]:
        address = get_client_address(self.request) if self.request else ""
        here = f"{address} {self.cleaned_data.get('username', '').lower()}"
        try:
            rate_limits.check_rate_limit(LOGINS_PER_ADDRESS, address)
            for guesses in FAILED_LOGINS:
                rate_limits.check_rate_limit(guesses, here)
            found: dict[str, Any] = super().clean()
            for guesses in FAILED_LOGINS:
                rate_limits.reset_rate_limit(guesses, here)
        except AppError as error:
            raise ValidationError(error.detail) from None
        return found


admin.site.login_form = StaffLoginForm


def staff_username(request: HttpRequest) -> str:
    """Return the name of the member of staff who asks."""
    return str(request.user.get_username())


class RecordAdmin(Base):
    """Lists, searches, adds, edits and deletes records of one model."""

    # What they call, with the id and the fields that are given; without one, the page offers none.
    add: ClassVar[Callable[..., Any] | None] = None
    change: ClassVar[Callable[..., Any] | None] = None
    remove: ClassVar[Callable[..., Any] | None] = None
    actions_on_bottom = True
    show_full_result_count = False
    list_per_page = 25
    change_form_after_template = "admin/why.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return type(self).add is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).change is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:
        return type(self).remove is not None and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Record, form: "ModelForm[Record]", change: bool
    ) -> None:
        """Hand the fields to the service; of a change, only those that were changed."""
        names = form.changed_data if change else form.cleaned_data
        changes = {name: form.cleaned_data[name] for name in names}
        if changes:
            verb = type(self).change if change else type(self).add
            self.call_service(request, "change" if change else "add", verb, obj.pk, **changes)

    def delete_model(self, request: HttpRequest, obj: Record) -> None:
        self.call_service(request, "delete", type(self).remove, obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> None:
        for obj in queryset:
            self.call_service(request, "delete", type(self).remove, obj.pk)

    def call_service(
        self,
        request: HttpRequest,
        what: str,
        verb: Callable[..., Any] | None,
        pk: str,
        /,
        **given: Any,
    ) -> Any:
        """Call a service as an act of whoever asks; None, and a message, when it refuses."""
        assert verb is not None  # noqa: S101 - the permissions above see to it
        said = f"{what} {self.opts.verbose_name}"
        on = f"{self.opts.label_lower}:{pk}"
        why = request.POST.get("why", "")
        try:
            with staff_action(
                actor=staff_username(request), channel=CHANNEL, action=said, target=on, reason=why
            ):
                return verb(pk, **given)
        except AppError as error:
            request.was_refused = True  # type: ignore[attr-defined]
            reasons = " ".join(dict.fromkeys(error.errors.values()))
            self.message_user(request, f"{said}: {error.detail} {reasons}", messages.ERROR)
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
    """Return to the page whose act was refused; it says why."""
    return HttpResponseRedirect(request.path) if hasattr(request, "was_refused") else None


class OutboxItemAdmin(RecordAdmin):
    """What Celery has to do, has done or has given up: to be looked at only."""

    list_filter: ClassVar[tuple[str, ...]] = ("status",)
    ordering = ("-created_at",)


@admin.register(Email)
class EmailAdmin(OutboxItemAdmin):
    """Mails. Their words are made when they are sent, and kept nowhere."""

    list_display = ("kind", "recipient", "status", "tries", "created_at", "sent_at")
    list_filter = ("status", "kind")
    search_fields = ("recipient",)


@admin.register(CascadeDeletion)
class CascadeDeletionAdmin(OutboxItemAdmin):
    """Deleted records whose dependents are to be removed."""

    list_display = ("label", "record_id", "status", "tries", "created_at")
    search_fields = ("record_id",)


@admin.register(AuditEntry)
class AuditAdmin(RecordAdmin):
    """What staff did. Nobody changes or deletes any of it: there is no service that could."""

    list_display = ("created_at", "actor", "channel", "action", "target", "reason")
    list_filter = ("channel",)
    search_fields = ("actor", "action", "target", "reason")
    ordering = ("-created_at",)
