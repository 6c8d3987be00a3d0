"""Admin pages of staff users and groups, which are Django's own models."""

from typing import Any

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from mysocial.admin import audit
from mysocial.api import get_origin
from mysocial.security_log import Kind, record_event
from mysocial.store import Write

CHANNEL = "admin"  # the channel of staff actions in the audit log


def staff_username(request: HttpRequest) -> str:
    """Return the username of the staff member who sent a request."""
    return str(request.user.get_username())


class _AuditedAdmin:
    """Adds entries to the audit log before changes, as these models are not saved by a `Write`."""

    opts: Any

    def save_model(
        self, request: HttpRequest, obj: Model, form: "ModelForm[Model]", change: bool
    ) -> None:
        fields = ", ".join(form.changed_data)
        self._audit(request, "change" if change else "add", obj.pk or str(obj), fields)
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._audit(request, "delete", obj.pk, str(obj))
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._audit(request, "delete", obj.pk, str(obj))
        super().delete_queryset(request, queryset)  # type: ignore[misc]

    def _audit(self, request: HttpRequest, operation: str, pk: Any, reason: str) -> None:
        actor, action = staff_username(request), f"{operation} {self.opts.verbose_name}"
        target = f"{self.opts.label_lower}:{pk}"

        def add_event(w: Write) -> None:
            origin = get_origin(request)
            record_event(
                w, Kind.STAFF_PERMISSIONS, staff=actor, detail=f"{action} {pk}", origin=origin
            )

        with audit.staff_action(
            actor=actor, channel=CHANNEL, action=action, target=target, reason=reason
        ):
            audit.record(add_event)


class StaffAdmin(_AuditedAdmin, UserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]
    """Staff users."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        if request.method == "POST" and self.has_change_permission(request):
            self._audit(request, "set the password of", id, "")
        return super().user_change_password(request, id, form_url)


class RoleAdmin(_AuditedAdmin, GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """Groups of staff users, with their permissions."""
