"""The Django project: settings, composition, and the packages that all apps share."""

from mysocial.celery import app as celery_app

__all__ = ["celery_app"]
