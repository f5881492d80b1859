"""What a migration with ``atomic = False`` does, so that it can be run again after it was cut off half-way.

Each operation leaves alone what an earlier run has done already.
"""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Editor = BaseDatabaseSchemaEditor


class AddFieldOnce(migrations.AddField):
    """Add a column, if it is not there."""

    def database_forwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        model = after.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        if not _is_there(editor, _COLUMN, [editor.quote_name(model._meta.db_table), column]):
            super().database_forwards(app_label, editor, before, after)


class AddIndexOnce(AddIndexConcurrently):
    """Make an index while others read and write, if it is not there; one that was only begun is made anew."""

    def database_forwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        if _is_there(editor, _INDEX, [editor.quote_name(self.index.name)]):
            return
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, editor, before, after)


class RenameIndexOnce(migrations.RenameIndex):
    """Rename an index, if none has the new name."""

    def database_forwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        if not _is_there(editor, _RELATION, [editor.quote_name(self.new_name)]):
            super().database_forwards(app_label, editor, before, after)


class AddConstraintNotValidOnce(AddConstraintNotValid):
    """Check what is written from now on, if that is not done; ``ValidateConstraint`` checks what was written before."""

    def database_forwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        model = after.apps.get_model(app_label, self.model_name)
        if not _is_there(editor, _CONSTRAINT, [editor.quote_name(model._meta.db_table), self.constraint.name]):
            super().database_forwards(app_label, editor, before, after)


class RenameConstraintOnce(Operation):
    """Rename a constraint of a table, if none has the new name; the state learns of it by another operation."""

    def __init__(self, table: str, old_name: str, new_name: str) -> None:
        self.table, self.old_name, self.new_name = table, old_name, new_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Names of constraints that Django chose are not part of it."""

    def database_forwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        self._rename(editor, self.old_name, self.new_name)

    def database_backwards(self, app_label: str, editor: Editor, before: ProjectState, after: ProjectState) -> None:
        self._rename(editor, self.new_name, self.old_name)

    def describe(self) -> str:
        return f"Rename constraint {self.old_name} of {self.table} to {self.new_name}"

    def _rename(self, editor: Editor, old_name: str, new_name: str) -> None:
        if not _is_there(editor, _CONSTRAINT, [editor.quote_name(self.table), new_name]):
            table, old, new = map(editor.quote_name, (self.table, old_name, new_name))
            editor.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")


_COLUMN = "SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s AND NOT attisdropped"
_INDEX = "SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid"
_RELATION = "SELECT FROM pg_class WHERE oid = to_regclass(%s)"
_CONSTRAINT = "SELECT FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s"


def _is_there(editor: Editor, query: str, names: list[str]) -> bool:
    with editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({query})", names)
        return bool(cursor.fetchone()[0])
