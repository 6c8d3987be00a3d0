"""`CreateModel` for MongoDB, which has no transactions for schemas."""

from typing import Any

from django.db import migrations
from django.db.models import Model


class CreateModel(migrations.CreateModel):
    """Creates a collection, even if an interrupted migration has left an empty one."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop empty leftovers of the collections, then create them."""
        model = to_state.apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop_empty(schema_editor.connection.database, _tables(model))
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def _tables(model: type[Model]) -> set[str]:
    """Return the collections of a model: its own, and those of its many-to-many fields."""
    options = model._meta  # noqa: SLF001 - Django's documented _meta API
    relations = {field.m2m_db_table() for field in options.local_many_to_many}
    return {options.db_table, *relations}


def _drop_empty(database: Any, tables: set[str]) -> None:
    for table in tables & set(database.list_collection_names()):
        if database[table].find_one() is None:
            database.drop_collection(table)
