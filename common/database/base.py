"""The backend that the services' settings name; Django looks for it here."""

from __future__ import annotations

import select
from types import TracebackType
from typing import Self

from django.db.backends.postgresql import base, schema


class PatientSchemaEditor(schema.DatabaseSchemaEditor):
    """Migrates as long as it takes: an index of a big table is made in more time than a request ever has.

    It waits for a lock no longer than anybody else, for all others would wait behind it.
    """

    def __enter__(self) -> Self:
        self._tell("SET statement_timeout = 0")
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            if not self.connection.needs_rollback and self.connection.is_usable():
                self._tell("RESET statement_timeout")

    def _tell(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server only in doubt: Django would ask before each request and each fact."""

    SchemaEditorClass = PatientSchemaEditor

    def is_usable(self) -> bool:
        """A server that goes away closes the connection, and what is closed can be read: while it is quiet, it lives.

        One that vanished without a word is noticed by the next statement, as it would be by a question.
        """
        return self._is_quiet() or bool(super().is_usable())

    def _is_quiet(self) -> bool:
        if self.connection is None or self.connection.closed or self.errors_occurred:
            return False
        look = select.poll()
        look.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return not look.poll(0)
