"""One thing that is wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong, why it matters, and what cures it."""

    subject: str
    what: str
    why: str
    cure: str
    """A command, or what to change."""
