"""The page on which staff confirm an action: it shows the member that the action is against."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from moderation import selectors
from moderation.models import ActionType
from mysocial.core.errors import AppError

CONFIRMED_ID = "confirmed_id"  # the form field with the id of the member that was shown


class ConfirmedAdd:
    """Asks for confirmation before an admin page adds an action; a mixin."""

    def add_view(
        self: Any,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the member that a valid form names, and add the action once it is confirmed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.get_form(request)(request.POST) if request.method == "POST" else None
        member = _member_of(form) if form else None
        if member is None or request.POST.get(CONFIRMED_ID) == member.id:
            response: HttpResponse = super().add_view(  # type: ignore[misc]
                request, form_url, extra_context
            )
            return response
        fields = {**request.POST.dict(), CONFIRMED_ID: member.id}
        fields.pop("csrfmiddlewaretoken", None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Confirm the action",
            "member": member,
            "action": dict(ActionType.choices)[fields["action_type"]],
            "fields": fields,
        }
        return render(request, "admin/moderation/confirm_action.html", context)


def _member_of(form: Any) -> selectors.MemberSummary | None:
    """Return the member that a form names; None if the page has to show an error."""
    if not form.is_valid():
        return None
    try:
        return selectors.summarize_member(selectors.find_member(form.cleaned_data["member"]))
    except AppError:
        return None
