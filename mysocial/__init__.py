"""The Django project: settings, composition, and the packages that all apps share."""

from mysocial.celery import app as celery_app

__all__ = ["__version__", "celery_app"]
__version__ = "0.2.0"
