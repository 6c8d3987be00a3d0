"""Modules that know no records: errors, ids, JSON, clients, events, rate limits, tracing.

As in `django.core`, the modules are imported by name.
"""
