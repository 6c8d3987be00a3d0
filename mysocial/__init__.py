"""MySocial: composition and plumbing of the project."""

from mysocial import lean

lean.collect_seldom()  # before anything else is loaded

from mysocial.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
