"""The exception whose message is shown to the person at the terminal."""

from __future__ import annotations


class OpsError(Exception):
    """A failure whose message is all that the person at the terminal needs; no traceback is shown."""
