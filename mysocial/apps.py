"""The plumbing as a Django app, so that its commands, templates and contrib apps are found."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django.utils.module_loading import autodiscover_modules

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MysocialConfig(AppConfig):
    name = "mysocial"

    def ready(self) -> None:
        # Registries are filled by import: stores, events, mails and such of every app.
        autodiscover_modules("store", "events", "mails", "cascades", "sights", "uses")
        import_module("mysocial.openapi")


class MongoAdminConfig(AdminConfig):
    """Django's admin on MongoDB ids."""

    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    """Django's auth (staff only) on MongoDB ids."""

    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    """Django's content types on MongoDB ids."""

    default_auto_field = OBJECT_ID
