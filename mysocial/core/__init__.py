"""Helpers without knowledge of records: errors, ids, JSON, clients, events, limits, tracing.

As in `django.core`, the modules are imported by name.
"""
