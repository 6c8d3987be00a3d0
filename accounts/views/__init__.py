"""HTTP endpoints of accounts."""

from accounts.views.exports import ExportViewSet
from accounts.views.open import OpenViewSet
from accounts.views.own import AccountViewSet

__all__ = ["AccountViewSet", "ExportViewSet", "OpenViewSet"]
