"""Migrations of stored records: each record is rewritten by a function of its app.

`docs/apps.md` explains the procedure for a change of fields.
"""

from mysocial.record_migrations.registry import RecordMigration, migrate_record_fields

__all__ = ["RecordMigration", "migrate_record_fields"]
