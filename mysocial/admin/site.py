"""The site of staff: the admin, and its page of operations."""

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
    """Tell whether whoever asks is staff with this permission, as `app.verb_model`."""
    user = request.user
    return isinstance(user, Staff) and user.is_staff and user.has_perm(permission)


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]
    """The admin."""

    def extra_urls(self) -> list[URLPattern]:
        """Return the page of operations."""
        return [path("operations/", self.admin_view(self.operations), name="operations")]

    def operations(self, request: HttpRequest) -> HttpResponse:
        """Show what is owed to MongoDB, and what it refused: keys and reasons, no words."""
        if not has_staff_permission(request, VIEW_OPERATIONS):
            raise PermissionDenied
        context = {**self.each_context(request), "title": "Operations"}
        try:
            letters = [
                {"queue": queue, "key": key, **letter}
                for queue, some in get_dead_letters().items()
                for key, letter in some.items()
            ]
            owed = [{"queue": name, "debt": debt} for name, debt in get_backlogs().items()]
            context |= {"letters": letters, "owed": owed}
        except AppError as error:
            context |= {"away": error.detail}
        return render(request, "admin/operations.html", context)
