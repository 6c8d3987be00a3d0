"""Pages of the second factor of staff: the code at sign-in, the set-up, and recovery codes."""

import time
from typing import Any

import segno
from django import forms
from django.contrib.auth.models import User as Staff
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from mysocial.admin import second_factor, staff_sessions
from mysocial.api import get_origin
from mysocial.core.errors import AppError

# The key of the session of a staff member who has entered the right password only.
PENDING = "second_factor_pending"
PENDING_SECONDS = 600
SECRET = "second_factor_secret"  # noqa: S105 - a key of the session; its value is encrypted
MAX_CODE_LENGTH = 30


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        max_length=MAX_CODE_LENGTH,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class StaffLoginView(LoginView):
    """The login with the password, which is followed by the second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        user, next_url = form.get_user(), self.get_success_url()
        has_factor = second_factor.find_second_factor(user) is not None
        if not has_factor and not second_factor.is_required(user):
            staff_sessions.log_in(self.request, user, is_verified=False)
            return HttpResponseRedirect(next_url)
        self.request.session.flush()
        self.request.session[PENDING] = {
            "user": str(user.pk),
            "hash": user.get_session_auth_hash(),  # void after a change of the password
            "next": next_url,
            "until": time.time() + PENDING_SECONDS,
        }
        page = "verify_second_factor" if has_factor else "set_up_second_factor"
        return HttpResponseRedirect(reverse(f"admin:{page}"))


def _pending_user(request: HttpRequest) -> Staff | None:
    """Return the staff user who has entered the right password within the last ten minutes."""
    pending = request.session.get(PENDING)
    if not pending or pending["until"] < time.time():
        return None
    user = Staff.objects.filter(pk=pending["user"], is_active=True, is_staff=True).first()
    is_current = user is not None and user.get_session_auth_hash() == pending["hash"]
    return user if is_current else None


def verify(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Ask a staff member who has entered the password for a code, and start the session."""
    user = _pending_user(request)
    if user is None:
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.verify_code(user, form.cleaned_data["code"], get_origin(request))
        except AppError as error:
            form.add_error("code", error.detail)
        else:
            next_url = request.session[PENDING]["next"]
            del request.session[PENDING]
            staff_sessions.log_in(request, user, is_verified=True)
            return HttpResponseRedirect(next_url)
    return render(request, "admin/second_factor_verify.html", {**context, "form": form})


def set_up(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show a new second factor as a QR code; store it when its first code is right.

    For staff who have signed in, and for those who may sign in only with a second factor.
    """
    pending = _pending_user(request)
    user = pending or request.user
    if not (isinstance(user, Staff) and user.is_active and user.is_staff):
        return HttpResponseRedirect(reverse("admin:login"))
    if second_factor.find_second_factor(user):
        return HttpResponseRedirect(reverse("admin:second_factor"))
    secret = request.session.setdefault(SECRET, second_factor.new_secret())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factor.enroll(
                user, secret, form.cleaned_data["code"], get_origin(request)
            )
        except AppError as error:
            form.add_error("code", error.detail)
        else:
            next_url = _finish_set_up(request, pending)
            return _show_codes(request, context, codes, next_url)
    enrollment = second_factor.describe_enrollment(user, secret)
    context = {
        **context,
        "form": form,
        "secret": enrollment.secret,
        "qr_code": segno.make(enrollment.uri, error="m").svg_data_uri(scale=5, light="white"),
    }
    return render(request, "admin/second_factor_set_up.html", context)


def _finish_set_up(request: HttpRequest, pending: Staff | None) -> str:
    """Start the session, or mark it as verified; return the page that follows."""
    del request.session[SECRET]
    if pending is None:
        staff_sessions.mark_verified(request)
        return reverse("admin:second_factor")
    next_url = str(request.session.pop(PENDING)["next"])
    staff_sessions.log_in(request, pending, is_verified=True)
    return next_url


def overview(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show a signed-in staff member the second factor, and replace the recovery codes."""
    assert isinstance(request.user, Staff)  # noqa: S101 - ensured by the admin site
    factor = second_factor.find_second_factor(request.user)
    if factor is None:
        return HttpResponseRedirect(reverse("admin:set_up_second_factor"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, origin = form.cleaned_data["code"], get_origin(request)
        try:
            codes = second_factor.replace_recovery_codes(request.user, code, origin)
        except AppError as error:
            form.add_error("code", error.detail)
        else:
            return _show_codes(request, context, codes, reverse("admin:second_factor"))
    left = second_factor.count_recovery_codes(factor)
    return render(request, "admin/second_factor.html", {**context, "form": form, "left": left})


def _show_codes(
    request: HttpRequest, context: dict[str, Any], codes: list[str], next_url: str
) -> HttpResponse:
    context = {**context, "codes": codes, "next_url": next_url}
    return render(request, "admin/second_factor_codes.html", context)
