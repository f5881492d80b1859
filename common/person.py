"""Who is asking, as far as rules and services want to know; requests bring a Principal, which is one."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

STAFF_ROLES = frozenset({"support", "admin"})
"""Of those who run the shop."""


class Person(Protocol):
    """Somebody, or a visitor."""

    @property
    def id(self) -> UUID | None:
        """None for a visitor."""

    @property
    def name(self) -> str:
        """What to call them."""

    @property
    def is_staff(self) -> bool:
        """Whether they run the shop."""

    @property
    def roles(self) -> frozenset[str]:
        """Such as ``seller``."""
