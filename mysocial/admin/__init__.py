"""The admin site for staff: base classes, staff accounts, and the audit log.

The public modules are imported by name, as in `django.core`: `audit` holds a model, and models are
loaded before the forms that `record_admin` needs.
"""

__all__ = ["audit", "record_admin", "site", "text_forms"]
