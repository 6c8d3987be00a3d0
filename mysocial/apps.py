"""App configurations: the project itself as an app, and Django's contrib apps on MongoDB."""

from importlib import import_module
from typing import Any

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
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from mysocial.extra_apps import check_labels

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


# By setting: the module to initialize, and the extra of `pyproject.toml` that installs its needs.
TELEMETRY = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("mysocial.ops.opentelemetry", "tracing"),
    "SENTRY_DSN": ("mysocial.ops.sentry", "sentry"),
}


def _initialize_telemetry(setting: str, module: str, extra: str) -> None:
    try:
        import_module(module).initialize()
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            f"{setting} is set, but {error.name} is not installed. Install the extra `{extra}`."
        ) from error


class MysocialConfig(AppConfig):
    """The project as an app, so that Django finds its models, commands and templates."""

    name = "mysocial"
    verbose_name = "MySocial"

    def ready(self) -> None:
        # Importing these modules of every app registers stores, events, e-mails and so on.
        check_labels()
        autodiscover_modules(
            *("store", "events", "emails", "cascades", "visibility", "media_handlers"),
            *("data_export", "policies", "hooks", "record_migrations"),
        )
        import_module("mysocial.admin.record_admin")
        import_module("mysocial.admin.staff_sessions")
        import_module("mysocial.api.openapi")
        import_module("mysocial.ops.deploy_checks")
        import_module("mysocial.ops.server_checks")
        import_module("mysocial.privacy.checks")
        import_module("mysocial.store.comparison")
        # A wake-up that a full broker cannot take runs its task in this process.
        import_module("mysocial.persistence.tasks")
        import_module("mysocial.outbox.tasks")
        import_module("mysocial.hooks.tasks")
        import_module("mysocial.ops.tasks")
        _disconnect_request_signals()
        post_migrate.connect(_create_indexes, sender=self)
        for setting, (module, extra) in TELEMETRY.items():
            if getattr(settings, setting):
                _initialize_telemetry(setting, module, extra)


def _create_indexes(**_: Any) -> None:
    """Create the indexes of the stores, after `migrate`."""
    import_module("mysocial.store").ensure_indexes()


def _disconnect_request_signals() -> None:
    """Disconnect what Django does when a request starts and ends, a tenth of the cost of a read.

    There is nothing to do: the clients of MongoDB and Redis are pools, queries are logged in
    development only, and there is one root URLconf.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_finished.disconnect(close_caches)
    request_finished.disconnect(reset_urlconf)
    if not settings.DEBUG:
        request_started.disconnect(reset_queries)


class MongoAdminConfig(AdminConfig):
    """Django's admin with ObjectId keys and our own site."""

    default_site = "mysocial.admin.site.StaffSite"

    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    """Django's auth, used for staff only, with ObjectId keys."""

    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    """Django's content types with ObjectId keys."""

    default_auto_field = OBJECT_ID
