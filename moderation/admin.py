"""Admin pages of moderation: the queue of reports, actions against members, and word filters."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from moderation import selectors, services
from moderation.confirmation import ConfirmedAdd
from moderation.forms import DecisionForm, ModerationActionForm, NoteForm, end_of
from moderation.models import (
    ActionType,
    ModerationAction,
    Report,
    StaffNote,
    State,
    Target,
    WordFilter,
)
from moderation.services import Decision
from mysocial.admin.audit import staff_action
from mysocial.admin.record_admin import AUDIT_REASON, CHANNEL, RecordAdmin, staff_username
from mysocial.admin.site import has_staff_permission
from mysocial.core.errors import AppError, NotFound
from mysocial.store import Record

REVOCABLE_TYPES = (ActionType.SILENCE, ActionType.SUSPEND, ActionType.DELETE)
REVOKE_PERMISSION = "moderation.change_moderationaction"


class AssigneeFilter(admin.SimpleListFilter):
    """Filters reports by whether the current staff member, nobody or another has them."""

    title = "assignee"
    parameter_name = "assigned_to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Me"), ("nobody", "Nobody"), ("others", "Others")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        username = staff_username(request)
        if self.value() == "me":
            return queryset.filter(assignee=username)
        if self.value() == "nobody":
            return queryset.filter(assignee="")
        return queryset.exclude(assignee__in=["", username]) if self.value() else queryset


@admin.register(Report)
class ReportAdmin(RecordAdmin):
    """The queue of reports."""

    list_display = ("content_type", "reason", "member", "state", "assignee", "created_at")
    list_filter = ("state", "target_type", AssigneeFilter, "reason")
    search_fields = ("id", "target_id", "subject_id", "reporter_id")
    ordering = ("-created_at",)

    @admin.display(description="Reported content")
    def content_type(self, report: Report) -> str:
        """Return the kind of the reported content, for the list."""
        return report.get_target_type_display()

    @admin.display(description="Member")
    def member(self, report: Report) -> str:
        """Return the username of the reported member, for the list."""
        return selectors.display_name(report.subject_id)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a report, which creates an entry in the audit log, or carry out an operation."""
        if not has_staff_permission(request, "moderation.handle_report"):
            raise PermissionDenied
        if request.method == "POST":
            self._carry_out(request, object_id)
            return HttpResponseRedirect(request.path)
        try:
            report = selectors.get_report(object_id)
            with staff_action(
                actor=staff_username(request),
                channel=CHANNEL,
                action="view report",
                target=f"{self.opts.label_lower}:{object_id}",
            ):
                context = services.view_report(report_id=object_id)
        except NotFound:
            raise Http404 from None
        except AppError as error:  # a view that cannot be recorded is not granted
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:moderation_report_changelist"))
        return render(
            request, "admin/moderation/report.html", self._page_context(request, report, context)
        )

    def _page_context(self, request: HttpRequest, report: Report, context: Any) -> dict[str, Any]:
        actions = selectors.actions_against(report.subject_id)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(report),
            "report": report,
            "context": context,
            "reporter": selectors.display_name(report.reporter_id),
            "notes": selectors.notes_on(str(report.pk)),
            "actions": actions,
            "revocable_actions": self._revocable_actions(request, report, actions),
            "is_open": report.state == State.OPEN,
            "is_mine": report.assignee == staff_username(request),
            "decision_form": DecisionForm(label_suffix=""),
            "note_form": NoteForm(),
            "member": selectors.summarize_member(report.subject_id),
            "is_deletable": report.target_type != Target.USER,
        }

    @staticmethod
    def _revocable_actions(
        request: HttpRequest, report: Report, actions: list[ModerationAction]
    ) -> list[ModerationAction]:
        if not has_staff_permission(request, REVOKE_PERMISSION):
            return []
        return [
            action
            for action in actions
            if action.report_id == report.pk
            and action.action_type in REVOCABLE_TYPES
            and selectors.is_revocable(action)
        ]

    def _carry_out(self, request: HttpRequest, report_id: str) -> None:
        """Carry out the operation that the report page posted."""
        username, operation = staff_username(request), request.POST.get("operation", "")
        if operation == "assign":
            self.call_service(request, "assign", _assign, report_id, staff_username=username)
        elif operation == "release":
            self.call_service(request, "release", _assign, report_id, staff_username="")
        elif operation == "note":
            form = NoteForm(request.POST)
            if self._is_valid(request, form):
                note = {"staff_username": username, **form.cleaned_data}
                self.call_service(request, "add note to", _add_note, report_id, **note)
        elif operation == "decline" and not request.POST.get(AUDIT_REASON, "").strip():
            self.message_user(request, "Enter a reason for declining.", messages.ERROR)
        elif operation == "decline":
            self.call_service(request, "decline", _decline, report_id, staff_username=username)
        elif operation == "revoke":
            action_id = request.POST.get("action_id", "")
            # As on the page of the action, so that the audit log names the action.
            page: Any = self.admin_site.get_model_admin(ModerationAction)
            _revoke_if_permitted(page, request, "revoke", action_id)
        elif operation == "resolve":
            self._resolve(request, report_id, username)

    def _is_valid(self, request: HttpRequest, form: forms.Form) -> bool:
        """Return whether a form is valid; if not, show its errors to the staff member."""
        errors = (
            f"{form[name].label or name.capitalize()}: {' '.join(map(str, texts))}"
            for name, texts in form.errors.items()
        )
        if form.errors:
            self.message_user(request, " ".join(errors), messages.ERROR)
        return not form.errors

    def _resolve(self, request: HttpRequest, report_id: str, username: str) -> None:
        form = DecisionForm(request.POST)
        if not self._is_valid(request, form):
            return
        decision = form.decision(username)
        operation = f"resolve ({decision.action_type or 'no action'})"
        self.call_service(request, operation, _resolve, report_id, decision=decision)


def _assign(report_id: str, *, staff_username: str) -> Report:
    return services.assign_report(report_id=report_id, staff_username=staff_username)


def _add_note(report_id: str, *, staff_username: str, text: str) -> StaffNote:
    return services.add_note(report_id=report_id, staff_username=staff_username, text=text)


def _decline(report_id: str, *, staff_username: str) -> Report:
    return services.decline_report(report_id=report_id, staff_username=staff_username)


def _resolve(report_id: str, *, decision: Decision) -> Report:
    return services.resolve_report(report_id=report_id, decision=decision)


def _revoke(action_id: str, *, staff_username: str) -> ModerationAction:
    return services.revoke_action(action_id=action_id, staff_username=staff_username)


def _revoke_if_permitted(
    page: RecordAdmin, request: HttpRequest, operation: str, action_id: str
) -> None:
    if not has_staff_permission(request, REVOKE_PERMISSION):
        raise PermissionDenied
    username = staff_username(request)
    page.call_service(request, operation, _revoke, action_id, staff_username=username)


@admin.register(StaffNote)
class StaffNoteAdmin(RecordAdmin):
    """Internal notes on reports; read-only."""

    list_display = ("report_id", "author", "text", "created_at")
    search_fields = ("report_id", "author")
    ordering = ("-created_at",)


@admin.register(ModerationAction)
class ModerationActionAdmin(ConfirmedAdd, RecordAdmin):
    """Actions against members. Adding one takes the action; "Revoke" ends it."""

    form = ModerationActionForm  # type: ignore[assignment] # of a ModerationAction, a Record
    list_display = ("action_type", "member", "until", "staff_username", "message", "created_at")
    list_filter = ("action_type",)
    search_fields = ("user_id", "staff_username")
    ordering = ("-created_at",)
    actions = ("revoke",)

    @admin.display(description="Member")
    def member(self, action: ModerationAction) -> str:
        """Return the username of the member, for the list."""
        return selectors.display_name(action.user_id)

    def get_fields(self, request: HttpRequest, obj: Record | None = None) -> Any:
        if obj is None:
            return ("member", "action_type", "duration", "username", "message")
        return (
            *("action_type", "user_id", "until", "username", "former_username", "message"),
            *("staff_username", "report_id", "created_at"),
        )

    def get_form(
        self, request: HttpRequest, obj: Record | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    @staticmethod
    def add(action_id: str, *, member: str, duration: str, **fields: str) -> ModerationAction:
        """Take an action against a member, with the fields of the form."""
        decision = Decision(**fields, until_ms=end_of(duration))
        return services.apply_action(action_id=action_id, member=member, decision=decision)

    def call_service(
        self, request: HttpRequest, operation: str, service: Any, pk: str, /, **arguments: Any
    ) -> Any:
        """Call a service with the username of the staff member as an additional argument."""
        arguments = {**arguments, "staff_username": staff_username(request)}
        return super().call_service(request, operation, service, pk, **arguments)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Return whether the staff member may revoke actions."""
        return has_staff_permission(request, REVOKE_PERMISSION)

    @admin.action(description="Revoke the selected actions", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ModerationAction]) -> None:
        """Revoke the selected actions."""
        for action in queryset:
            _revoke_if_permitted(self, request, "revoke", str(action.pk))


@admin.register(WordFilter)
class WordFilterAdmin(RecordAdmin):
    """Words and phrases that are rejected or flagged."""

    list_display = ("phrase", "action", "created_at")
    list_filter = ("action",)
    search_fields = ("phrase",)
    ordering = ("phrase",)
    fields = ("phrase", "action")

    @staticmethod
    def add(filter_id: str, **fields: Any) -> WordFilter:
        """Create a filter."""
        return services.add_filter(filter_id=filter_id, **fields)

    @staticmethod
    def change(filter_id: str, **changes: Any) -> WordFilter:
        """Change a filter."""
        return services.change_filter(filter_id=filter_id, **changes)

    @staticmethod
    def remove(filter_id: str) -> None:
        """Delete a filter."""
        services.remove_filter(filter_id=filter_id)
