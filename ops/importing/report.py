"""The report of an import, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

KEPT = 1000
"""How many entries are kept for display; the report's file has all of them."""


class Outcome(StrEnum):
    """The outcome of a row, or in a dry run what it would be."""

    CREATED = "created"
    UPDATED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CHECKED = "checked"
    """Nothing is wrong with it, in a dry run without a shop."""


class Entry(Struct, frozen=True, omit_defaults=True):
    """One row of the file."""

    line: int
    outcome: Outcome
    name: str
    sku: str = ""
    reason: str = ""
    fields: tuple[str, ...] = ()
    """The fields that changed."""


@dataclass
class Report:
    """What was loaded, what was refused, and what the shop does not show yet."""

    sink: Callable[[Entry], None] = lambda _: None
    """Called with each entry at once."""
    counts: Counter[Outcome] = field(default_factory=Counter)
    refused: list[Entry] = field(default_factory=list)
    """The first ``KEPT`` of them, in the file's order."""
    written: list[Entry] = field(default_factory=list)
    """The first ``KEPT`` of those that were created or changed, or would be."""
    without_picture: int = 0
    not_listed: list[str] = field(default_factory=list)
    """Titles of products that the lists did not show in time, or whose pictures were not ready in time."""

    @property
    def is_clean(self) -> bool:
        """Whether all that the file holds can now be seen in the shop."""
        return not self.counts[Outcome.REFUSED] and not self.not_listed

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.counts.total()

    def note(self, entry: Entry) -> None:
        """Count a row, and keep its entry for display."""
        self.counts[entry.outcome] += 1
        self.sink(entry)
        kept = self.refused if entry.outcome is Outcome.REFUSED else self.written
        if entry.outcome not in {Outcome.UNCHANGED, Outcome.CHECKED} and len(kept) < KEPT:
            kept.append(entry)
