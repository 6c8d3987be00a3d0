"""The queue, measures and word filters in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from moderation import selectors, services
from moderation.forms import ActForm, ModerationActionForm, NoteForm, until
from moderation.models import (
    MAX_NOTE_LENGTH,
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
from mysocial.admin.record_admin import CHANNEL, RecordAdmin, staff_username
from mysocial.admin.site import has_staff_permission
from mysocial.core.errors import AppError, NotFound
from mysocial.store import Record


class Assigned(admin.SimpleListFilter):
    """Whose reports."""

    title = "assignee"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "Me"), ("nobody", "Nobody"), ("others", "Others")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        me = staff_username(request)
        if self.value() == "mine":
            return queryset.filter(assignee=me)
        if self.value() == "nobody":
            return queryset.filter(assignee="")
        return queryset.exclude(assignee__in=["", me]) if self.value() else queryset


@admin.register(Report)
class ReportAdmin(RecordAdmin):
    """The queue."""

    list_display = ("about", "reason", "member", "state", "assignee", "created_at")
    list_filter = ("state", "target_type", Assigned, "reason")
    search_fields = ("id", "target_id", "subject_id", "reporter_id")
    ordering = ("-created_at",)

    @admin.display(description="What")
    def about(self, report: Report) -> str:
        return report.get_target_type_display()

    @admin.display(description="By whom")
    def member(self, report: Report) -> str:
        return selectors.name_of(report.subject_id)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a report with what it is about, which is written down; or do what is asked."""
        if not has_staff_permission(request, "moderation.handle_report"):
            raise PermissionDenied
        if request.method == "POST":
            self._carry_out(request, object_id)
            return HttpResponseRedirect(request.path)
        on = f"{self.opts.label_lower}:{object_id}"
        try:
            report = selectors.get_report(object_id)
            with staff_action(
                actor=staff_username(request), channel=CHANNEL, action="look at report", target=on
            ):
                context = services.look(report_id=object_id)
        except NotFound:
            raise Http404 from None
        except AppError as error:  # what can't be written down is not shown
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:moderation_report_changelist"))
        return render(request, "admin/moderation/report.html", self._page(request, report, context))

    def _page(self, request: HttpRequest, report: Report, context: Any) -> dict[str, Any]:
        done = selectors.actions_against(report.subject_id)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(report),
            "report": report,
            "context": context,
            "reporter": selectors.name_of(report.reporter_id),
            "notes": selectors.notes_on(str(report.pk)),
            "measures": done,
            "undoable": self._undoable(request, report, done),
            "is_open": report.state == State.OPEN,
            "is_mine": report.assignee == staff_username(request),
            "act_form": ActForm(label_suffix=""),
            "note_form": NoteForm(),
            "is_deletable": report.target_type != Target.USER,
        }

    @staticmethod
    def _undoable(
        request: HttpRequest, report: Report, done: list[ModerationAction]
    ) -> list[ModerationAction]:
        if not has_staff_permission(request, "moderation.change_moderationaction"):
            return []
        own = [one for one in done if one.report_id == report.pk and one.act in UNDONE_BY]
        return [one for one in own if not selectors.is_undone(one)]

    def _carry_out(self, request: HttpRequest, report_id: str) -> None:
        me, do = staff_username(request), request.POST.get("do", "")
        if do == "assign":
            self.call_service(request, "assign", _assign, report_id, staff=me)
        elif do == "release":
            self.call_service(request, "release", _assign, report_id, staff="")
        elif do == "note":
            text = request.POST.get("text", "")[:MAX_NOTE_LENGTH]
            self.call_service(request, "note on", _note, report_id, staff=me, text=text)
        elif do == "decline" and not request.POST.get("why", "").strip():
            self.message_user(request, "Say why nothing is done.", messages.ERROR)
        elif do == "decline":
            self.call_service(request, "decline", _decline, report_id, staff=me)
        elif do == "undo":
            _undo_one(self, request, request.POST.get("measure", ""))
        elif do == "resolve":
            self._resolve(request, report_id, me)

    def _resolve(self, request: HttpRequest, report_id: str, me: str) -> None:
        form = ActForm(request.POST)
        if not form.is_valid():
            wrong = " ".join(
                f"{name}: {' '.join(map(str, said))}" for name, said in form.errors.items()
            )
            self.message_user(request, wrong, messages.ERROR)
            return
        given = form.cleaned_data
        decision = Decision(given["act"], me, given["words"], until(given["lasts"]))
        what = f"resolve ({given['act'] or 'nothing done'})"
        self.call_service(request, what, _resolve, report_id, decision=decision)


UNDONE_BY = (ActionType.SILENCE, ActionType.SUSPEND, ActionType.DELETE)


def _assign(report_id: str, *, staff: str) -> Report:
    return services.assign(report_id=report_id, staff=staff)


def _note(report_id: str, *, staff: str, text: str) -> StaffNote:
    return services.add_note(report_id=report_id, staff=staff, text=text)


def _decline(report_id: str, *, staff: str) -> Report:
    return services.decline(report_id=report_id, staff=staff)


def _resolve(report_id: str, *, decision: Decision) -> Report:
    return services.resolve(report_id=report_id, decision=decision)


def _undo(measure_id: str, *, staff: str) -> ModerationAction:
    return services.revoke_action(measure_id=measure_id, staff=staff)


def _undo_one(page: RecordAdmin, request: HttpRequest, measure_id: str) -> None:
    if not has_staff_permission(request, "moderation.change_moderationaction"):
        raise PermissionDenied
    page.call_service(request, "undo measure of", _undo, measure_id, staff=staff_username(request))


@admin.register(StaffNote)
class StaffNoteAdmin(RecordAdmin):
    """What staff noted on reports: to be looked at only."""

    list_display = ("report_id", "author", "text", "created_at")
    search_fields = ("report_id", "author")
    ordering = ("-created_at",)


@admin.register(ModerationAction)
class ModerationActionAdmin(RecordAdmin):
    """What was done against members. A new one acts; `Lift` ends it."""

    form = ModerationActionForm  # type: ignore[assignment] # of a Measure, which is a Record
    list_display = ("act", "member", "until", "staff", "words", "created_at")
    list_filter = ("act",)
    search_fields = ("user_id", "staff")
    ordering = ("-created_at",)
    actions = ("undo",)

    @admin.display(description="Member")
    def member(self, measure: ModerationAction) -> str:
        return selectors.name_of(measure.user_id)

    def get_fields(self, request: HttpRequest, obj: Record | None = None) -> Any:
        """Return the fields of a new one; of one that is there, all that is known."""
        if obj is None:
            return ("name", "act", "lasts", "words")
        return ("act", "user_id", "until", "words", "staff", "report_id", "created_at")

    def get_form(
        self, request: HttpRequest, obj: Record | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    @staticmethod
    def add(measure_id: str, *, name: str, lasts: str, **given: str) -> ModerationAction:
        decision = Decision(**given, until=until(lasts))
        return services.apply_action(measure_id=measure_id, name=name, decision=decision)

    def call_service(
        self, request: HttpRequest, what: str, verb: Any, pk: str, /, **given: Any
    ) -> Any:
        """Say who of staff it is, too."""
        return super().call_service(
            request, what, verb, pk, **{**given, "staff": staff_username(request)}
        )

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return has_staff_permission(request, "moderation.change_moderationaction")

    @admin.action(description="Lift or restore", permissions=["undo"])
    def undo(self, request: HttpRequest, queryset: QuerySet[ModerationAction]) -> None:
        for one in queryset:
            _undo_one(self, request, str(one.pk))


@admin.register(WordFilter)
class WordFilterAdmin(RecordAdmin):
    """Words and phrases that are not wanted."""

    list_display = ("phrase", "act", "created_at")
    list_filter = ("act",)
    search_fields = ("phrase",)
    ordering = ("phrase",)
    fields = ("phrase", "act")

    @staticmethod
    def add(filter_id: str, **given: Any) -> WordFilter:
        return services.add_filter(filter_id=filter_id, **given)

    @staticmethod
    def change(filter_id: str, **given: Any) -> WordFilter:
        return services.change_filter(filter_id=filter_id, **given)

    @staticmethod
    def remove(filter_id: str) -> None:
        services.remove_filter(filter_id=filter_id)
