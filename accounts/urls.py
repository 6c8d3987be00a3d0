"""Routes of accounts."""

from accounts.views import AccountViewSet, ExportViewSet, OpenViewSet
from mysocial.api.routing import route

urlpatterns = [
    route("signup", OpenViewSet, takes="image", post="signup"),
    route("signin", OpenViewSet, post="signin"),
    route("token/refresh", OpenViewSet, post="refresh"),
    route("forgot-password", OpenViewSet, post="forgot_password"),
    route("reset-password/<token:token>", OpenViewSet, post="reset_password"),
    route("verify-email/<token:token>", OpenViewSet, post="verify_email"),
    route("verify-email", AccountViewSet, post="send_verification"),
    route("signout", AccountViewSet, post="signout"),
    route("currentuser", AccountViewSet, get="currentuser", delete="erase"),
    route("currentuser/export", ExportViewSet, post="ask", get="state"),
    route("currentuser/export/file", ExportViewSet, get="file"),
    route("password", AccountViewSet, put="change_password"),
    route("sessions", AccountViewSet, get="sessions", delete="end_sessions"),
    route("sessions/<id:pk>", AccountViewSet, delete="end_session"),
]
