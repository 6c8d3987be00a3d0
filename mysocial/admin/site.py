"""The admin site of staff, with its operations page."""

from django.contrib.auth.models import User as Staff
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from mysocial.admin.audit import VIEW_OPERATIONS
from mysocial.core.errors import AppError
from mysocial.persistence.dead_letters import get_dead_letters
from mysocial.persistence.dirty import get_backlogs


def has_staff_permission(request: HttpRequest, permission: str) -> bool:
    """Return whether a request comes from staff with a permission, as `app.codename`."""
    user = request.user
    return isinstance(user, Staff) and user.is_staff and user.has_perm(permission)


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]
    """The admin site."""

    def extra_urls(self) -> list[URLPattern]:
        """Return the URL of the operations page."""
        return [path("operations/", self.admin_view(self.operations), name="operations")]

    def operations(self, request: HttpRequest) -> HttpResponse:
        """Show dead letters and the backlog of each queue, without the content of records."""
        if not has_staff_permission(request, VIEW_OPERATIONS):
            raise PermissionDenied
        context = {**self.each_context(request), "title": "Operations"}
        try:
            context["backlogs"] = get_backlogs()
            context["dead_letters"] = [
                {"queue": queue, "key": key, **letter}
                for queue, letters in get_dead_letters().items()
                for key, letter in letters.items()
            ]
        except AppError as error:
            context["error"] = error.detail
        return render(request, "admin/operations.html", context)
