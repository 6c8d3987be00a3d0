"""Routes of accounts."""

from django.urls import path, re_path

from accounts.views import (
    AccountViewSet,
    ExportViewSet,
    PublicViewSet,
    ResetPasswordPage,
    RevokeEmailChangePage,
    SignInLinkPage,
    SignInLinkViewSet,
    VerifyEmailPage,
    email_webhook,
)
from mysocial.api import api_path

urlpatterns = [
    api_path("signup", PublicViewSet, uploads="image", get="sign_up_options", post="signup"),
    api_path("signup/challenge", PublicViewSet, get="captcha_challenge"),
    api_path("signin", PublicViewSet, post="signin"),
    api_path("signin/link", SignInLinkViewSet, post="request_link"),
    api_path("signin/link/<token:token>", SignInLinkViewSet, post="sign_in"),
    api_path("token/refresh", PublicViewSet, post="refresh"),
    api_path("forgot-password", PublicViewSet, post="forgot_password"),
    api_path("reset-password/<token:token>", PublicViewSet, post="reset_password"),
    api_path("verify-email/<token:token>", PublicViewSet, post="verify_email"),
    api_path("revoke-email-change/<token:token>", PublicViewSet, post="revoke_email_change"),
    api_path("accounts/me/email", AccountViewSet, put="change_email"),
    api_path("accounts/me/verify-email", AccountViewSet, post="send_verification"),
    api_path("signout", AccountViewSet, post="signout"),
    api_path("accounts/me", AccountViewSet, get="account", delete="erase"),
    api_path("accounts/me/export", ExportViewSet, post="request_export", get="retrieve"),
    api_path("accounts/me/export/file", ExportViewSet, get="file"),
    api_path("accounts/me/password", AccountViewSet, put="change_password"),
    api_path("accounts/me/sessions", AccountViewSet, get="sessions", delete="end_sessions"),
    api_path("accounts/me/sessions/<id:pk>", AccountViewSet, delete="end_session"),
    api_path("accounts/me/sign-ins", AccountViewSet, get="sign_ins"),
]
pages = [
    re_path(r"^reset-password/?$", ResetPasswordPage.as_view(), name="reset-password"),
    re_path(
        r"^revoke-email-change/?$", RevokeEmailChangePage.as_view(), name="revoke-email-change"
    ),
    re_path(r"^sign-in-link/?$", SignInLinkPage.as_view(), name="sign-in-link"),
    # The addresses of anymail's own URLconf.
    path("anymail/<slug:provider>/tracking/", email_webhook, name="email-webhook"),
    re_path(r"^verify-email/?$", VerifyEmailPage.as_view(), name="verify-email"),
]
