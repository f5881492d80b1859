"""Whose a WebSocket is, where only the service behind the gateway finds out: by a ticket, say.

The service tells it in a header of its answer to the handshake, which no client sees, and the gateway ends the socket
with that sign-in. Written by a service and read by the gateway, so its form is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

HEADER = "X-Socket-Holder"


@dataclass(frozen=True, slots=True)
class Holder:
    """A person, by the sign-in with which they came."""

    user_id: str
    session_id: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Of what ``str`` made."""
        user_id, _, session_id = text.partition(" ")
        return cls(user_id, session_id)

    def __str__(self) -> str:
        return f"{self.user_id} {self.session_id}"
