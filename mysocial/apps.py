"""The plumbing as a Django app, so that its commands, templates and contrib apps are found."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django.core.cache import close_caches
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.utils.module_loading import autodiscover_modules

from mysocial import lean

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


# What is begun where a variable is set, and the extra of `pyproject.toml` that has what it needs.
TELEMETRY = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("mysocial.ops.opentelemetry", "tracing"),
    "SENTRY_DSN": ("mysocial.ops.sentry", "sentry"),
}


def _begin(variable: str, module: str, extra: str) -> None:
    try:
        import_module(module).initialise()
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            f"{variable} is set, and {error.name} is not installed: the extra `{extra}` has it."
        ) from error


class MysocialConfig(AppConfig):
    name = "mysocial"
    verbose_name = "MySocial"

    def ready(self) -> None:
        # Registries are filled by import: stores, events, mails and such of every app.
        autodiscover_modules(
            "store", "events", "emails", "cascades", "visibility", "media_handlers", "data_export"
        )
        import_module("mysocial.admin.record_admin")
        import_module("mysocial.api.openapi")
        # A wake-up that a full broker cannot take runs its task in this process.
        import_module("mysocial.persistence.tasks")
        import_module("mysocial.outbox.tasks")
        _leave_requests()
        for variable, (module, extra) in TELEMETRY.items():
            if getattr(settings, variable):
                _begin(variable, module, extra)
        lean.collect_as_usual()  # what starts is loaded


def _leave_requests() -> None:
    """Let requests begin and end without what Django does then: there is nothing to be done.

    MongoDB's and Redis' clients are pools; queries are noted in development only, and there is one
    root of routes. All of it together is a tenth of a read's cost.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_finished.disconnect(close_caches)
    request_finished.disconnect(reset_urlconf)
    if not settings.DEBUG:
        request_started.disconnect(reset_queries)


class MongoAdminConfig(AdminConfig):
    """Django's admin on MongoDB ids, with a site of ours."""

    default_site = "mysocial.admin.site.StaffSite"

    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    """Django's auth (staff only) on MongoDB ids."""

    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    """Django's content types on MongoDB ids."""

    default_auto_field = OBJECT_ID
