"""What a command refuses to do or could not do, said to a person."""

from __future__ import annotations


class OpsError(Exception):
    """A failure whose message is all that the person at the terminal needs."""
