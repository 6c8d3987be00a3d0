"""MySocial: composition and plumbing of the project."""

from mysocial.celery import app as celery_app

__all__ = ["celery_app"]
