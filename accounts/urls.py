"""Routes of accounts."""

from accounts.views import AccountViewSet, ExportViewSet, OpenViewSet
from mysocial.api import api_path

urlpatterns = [
    api_path("signup", OpenViewSet, takes="image", post="signup"),
    api_path("signin", OpenViewSet, post="signin"),
    api_path("token/refresh", OpenViewSet, post="refresh"),
    api_path("forgot-password", OpenViewSet, post="forgot_password"),
    api_path("reset-password/<token:token>", OpenViewSet, post="reset_password"),
    api_path("verify-email/<token:token>", OpenViewSet, post="verify_email"),
    api_path("verify-email", AccountViewSet, post="send_verification"),
    api_path("signout", AccountViewSet, post="signout"),
    api_path("currentuser", AccountViewSet, get="currentuser", delete="erase"),
    api_path("currentuser/export", ExportViewSet, post="ask", get="state"),
    api_path("currentuser/export/file", ExportViewSet, get="file"),
    api_path("password", AccountViewSet, put="change_password"),
    api_path("sessions", AccountViewSet, get="sessions", delete="end_sessions"),
    api_path("sessions/<id:pk>", AccountViewSet, delete="end_session"),
]
