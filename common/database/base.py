"""The backend that the services' settings name; Django looks for it here."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server only in doubt: Django would ask before each request and each fact."""

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
