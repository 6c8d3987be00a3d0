"""The admin site of staff, with its operations page."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User as Staff
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from mysocial.admin import second_factor_views
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
        return [
            path("operations/", self.admin_view(self.operations), name="operations"),
            path("second-factor/", self.admin_view(self.second_factor), name="second_factor"),
            path("second-factor/verify/", self.verify_second_factor, name="verify_second_factor"),
            path("second-factor/set-up/", self.set_up_second_factor, name="set_up_second_factor"),
        ]

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Show the login form; the view asks for the second factor afterwards."""
        index = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(index)
        context = {
            **self._page_context(request, "Log in"),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = index
        view = second_factor_views.StaffLoginView.as_view(
            extra_context=context,
            authentication_form=self.login_form,
            template_name=self.login_template or "admin/login.html",
        )
        return view(request)

    @method_decorator(never_cache)
    def verify_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code after the password."""
        return second_factor_views.verify(request, self._page_context(request, "Second factor"))

    @method_decorator(never_cache)
    def set_up_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Set up the second factor of the staff member."""
        context = self._page_context(request, "Set up a second factor")
        return second_factor_views.set_up(request, context)

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """Show the second factor of the staff member."""
        return second_factor_views.overview(request, self._page_context(request, "Second factor"))

    def _page_context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.each_context(request), "title": title, "subtitle": None}

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
