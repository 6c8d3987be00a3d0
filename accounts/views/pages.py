"""The pages that the links of e-mails lead to. They need no JavaScript.

The token of a link is a secret. The first response moves it to a short-lived cookie and redirects
to the same page without it, so that it stays neither in the address bar nor in the history. No
address of these pages is sent to another site.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from accounts import cookies, services
from accounts.models import (
    CHANGE_EMAIL,
    RESET_PASSWORD,
    REVOKE_EMAIL_CHANGE,
    SIGN_IN_LINK,
    VERIFY_EMAIL,
)
from accounts.serializers import EmailInput, NewPasswordInput
from accounts.views.public import (
    RESET_EMAILS_PER_ADDRESSEE,
    RESET_REQUESTS,
    TOKEN_USES,
)
from accounts.views.sign_in_links import LINK_REQUESTS, LINKS_PER_ADDRESSEE
from accounts.views.sign_in_responses import device_of, refresh_token_of
from mysocial.api import StrictSerializer, check_network_limit
from mysocial.core.errors import AppError, Invalid
from mysocial.core.rate_limits import check_rate_limit

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
COOKIE_SECONDS = 15 * 60


# Exempt from Django's check, which refuses the `Origin: null` of a page that sends no referrer. The
# form has a key of its own, and a foreign page cannot send the cookie (SameSite).
@method_decorator([never_cache, csrf_exempt], name="dispatch")
class EmailLinkPage(View):
    """A page that shows a form for the token of a link, and uses the token when it is sent."""

    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - as Django declares it
    purposes: ClassVar[tuple[str, ...]] = ()  # of the tokens that it accepts
    template: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except AppError as error:
            response = self.error_page(request, error)
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        """Move the token of the link to the cookie, or show the form for the cookie's token."""
        token = request.GET.get("token")
        if token is not None:
            return self._move_token_to_cookie(request, token)
        return self.page(request) if self._token(request) else self.page_without_token(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Use the token of the cookie."""
        token = self._token(request)
        if not token or not constant_time_compare(
            request.POST.get("key", ""), self._form_key(token)
        ):
            raise Invalid(services.INVALID_LINK)
        check_network_limit(TOKEN_USES, request)
        response = self.use_token(request, token)
        _delete_cookie(response)
        return response

    def use_token(self, request: HttpRequest, token: str) -> HttpResponse:
        """Do what the e-mail offers, and return the response.

        Raises:
            AppError: It was not done.
        """
        raise NotImplementedError

    def done_page(self, request: HttpRequest) -> HttpResponse:
        """Return the page that says that it was done."""
        return render(request, self.template, {"is_done": True})

    def page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        """Return the page with the form.

        Raises:
            Invalid: The token is unknown, used or expired.
        """
        token = self._token(request)
        check_network_limit(TOKEN_USES, request)
        owner = services.find_token_owner(token=token, purposes=self.purposes)
        context |= {"key": self._form_key(token), **owner._asdict()}
        return render(request, self.template, context)

    def page_without_token(self, request: HttpRequest) -> HttpResponse:
        """Return the page for a request without a link."""
        raise Invalid(services.INVALID_LINK)

    def error_page(self, request: HttpRequest, error: AppError) -> HttpResponse:
        """Return the page that explains an error."""
        details = [text for name, text in error.errors.items() if name != "token"]
        context = {"error": error.detail, "details": details, **self.error_context()}
        response = render(request, self.template, context, status=error.status)
        if "token" in error.errors:
            _delete_cookie(response)
        if retry_after := getattr(error, "retry_after", 0):
            response["Retry-After"] = str(retry_after)
        return response

    def error_context(self) -> dict[str, Any]:
        """Return what the template needs in addition for the page of an error."""
        return {}

    def _move_token_to_cookie(self, request: HttpRequest, token: str) -> HttpResponse:
        response = HttpResponseRedirect(request.path, status=303)
        response.set_cookie(
            settings.EMAIL_TOKEN_COOKIE_NAME,
            token if TOKEN.fullmatch(token) else "none",
            max_age=COOKIE_SECONDS,
            secure=not settings.DEBUG,
            httponly=True,
            samesite="Lax",  # a strict cookie would not be sent after a click in a mail program
        )
        return response

    def _token(self, request: HttpRequest) -> str:
        return request.COOKIES.get(settings.EMAIL_TOKEN_COOKIE_NAME, "")

    def _form_key(self, token: str) -> str:
        """Return the key of the form, which a foreign page cannot know without the token."""
        return salted_hmac(f"accounts.pages.{self.purposes[0]}", token).hexdigest()


class VerifyEmailPage(EmailLinkPage):
    """Confirms the address of an account, or its new address."""

    purposes: ClassVar[tuple[str, ...]] = (VERIFY_EMAIL, CHANGE_EMAIL)
    template: ClassVar[str] = "verify_email.html"

    def use_token(self, request: HttpRequest, token: str) -> HttpResponse:
        services.verify_email(token=token)
        return self.done_page(request)


class NewPasswordPage(EmailLinkPage):
    """A page whose form has a new password; a weak one does not use the token."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().post(request)
        except Invalid as error:
            if "password" not in error.errors:
                raise
            # The token is not used yet: the form is shown again.
            response = self.page(request, details=[error.errors["password"]])
            response.status_code = error.status
            return response

    def use_token(self, request: HttpRequest, token: str) -> HttpResponse:
        fields = _validated(NewPasswordInput, {"password": request.POST.get("password", "")})
        self.set_password(token, fields["password"])
        return self.done_page(request)

    def set_password(self, token: str, password: str) -> None:
        """Use the token to set the password.

        Raises:
            AppError: It was not done.
        """
        raise NotImplementedError


class RevokeEmailChangePage(NewPasswordPage):
    """Restores the former address of an account, and sets a new password."""

    purposes: ClassVar[tuple[str, ...]] = (REVOKE_EMAIL_CHANGE,)
    template: ClassVar[str] = "revoke_email_change.html"

    def set_password(self, token: str, password: str) -> None:
        services.revoke_email_change(token=token, password=password)


class ResetPasswordPage(NewPasswordPage):
    """Sets a new password; without a link, offers to send one."""

    purposes: ClassVar[tuple[str, ...]] = (RESET_PASSWORD,)
    template: ClassVar[str] = "reset_password.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._request_link(request) if "email" in request.POST else super().post(request)

    def set_password(self, token: str, password: str) -> None:
        services.reset_password(token=token, password=password)

    def page_without_token(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, {"asks_for_email": True})

    def _request_link(self, request: HttpRequest) -> HttpResponse:
        email = _validated(EmailInput, {"email": request.POST["email"]})["email"]
        check_network_limit(RESET_REQUESTS, request)
        check_rate_limit(RESET_EMAILS_PER_ADDRESSEE, email)
        services.request_reset(email=email)
        return render(request, self.template, {"is_sent": True})


class SignInLinkPage(EmailLinkPage):
    """Signs in without a password; without a link, offers to send one.

    The session is that of a cookie, which the web client continues.
    """

    purposes: ClassVar[tuple[str, ...]] = (SIGN_IN_LINK,)
    template: ClassVar[str] = "sign_in_link.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        services.require_sign_in_links()
        return super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        services.require_sign_in_links()
        return self._request_link(request) if "email" in request.POST else super().post(request)

    def use_token(self, request: HttpRequest, token: str) -> HttpResponse:
        result = services.sign_in_with_link(token=token, device=device_of(request))
        response = HttpResponseRedirect(f"{reverse('index')}signed-in", status=303)
        cookies.set_refresh_cookie(response, refresh_token_of(result))
        return response

    def page_without_token(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, self.error_context())

    def error_context(self) -> dict[str, Any]:
        return {"are_links_sent": settings.SIGN_IN_LINKS}

    def _request_link(self, request: HttpRequest) -> HttpResponse:
        email = _validated(EmailInput, {"email": request.POST["email"]})["email"]
        check_network_limit(LINK_REQUESTS, request)
        check_rate_limit(LINKS_PER_ADDRESSEE, email)
        services.request_sign_in_link(email=email)
        return render(request, self.template, {"is_sent": True})


def _delete_cookie(response: HttpResponse) -> None:
    response.delete_cookie(settings.EMAIL_TOKEN_COOKIE_NAME, samesite="Lax")


def _validated(serializer_class: type[StrictSerializer], fields: Mapping[str, str]) -> Any:
    """Return validated fields of a form.

    Raises:
        Invalid: Fields are invalid; `errors` explains each.
    """
    serializer = serializer_class(data=fields)
    if not serializer.is_valid():
        errors = {name: " ".join(map(str, texts)) for name, texts in serializer.errors.items()}
        raise Invalid(errors=errors)
    return serializer.validated_data
