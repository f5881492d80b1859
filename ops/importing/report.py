"""What became of a catalogue, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

KEPT = 1000
"""So many lines are remembered to be shown; the report's file has them all."""


class Outcome(StrEnum):
    """What a row came to, or in a dry run would come to."""

    CREATED = "created"
    UPDATED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CHECKED = "checked"
    """In a dry run without a shop: nothing is wrong with it."""


class Entry(Struct, frozen=True, omit_defaults=True):
    """One row of the file."""

    line: int
    outcome: Outcome
    name: str
    sku: str = ""
    reason: str = ""
    fields: tuple[str, ...] = ()
    """What changed."""


@dataclass
class Report:
    """What was loaded, what was refused, and what the shop does not show yet."""

    sink: Callable[[Entry], None] = lambda _: None
    """Hears of each row at once."""
    counts: Counter[Outcome] = field(default_factory=Counter)
    refused: list[Entry] = field(default_factory=list)
    """The first of them, in the file's order."""
    written: list[Entry] = field(default_factory=list)
    """The first of those that were created or changed, or would be."""
    without_picture: int = 0
    not_listed: list[str] = field(default_factory=list)
    """Titles that the shop's lists, or pictures that its pages, did not show in time."""

    @property
    def is_clean(self) -> bool:
        """Whether all that the file holds can now be seen in the shop."""
        return not self.counts[Outcome.REFUSED] and not self.not_listed

    @property
    def rows(self) -> int:
        """How many there were."""
        return self.counts.total()

    def note(self, entry: Entry) -> None:
        """One more row is done."""
        self.counts[entry.outcome] += 1
        self.sink(entry)
        kept = self.refused if entry.outcome is Outcome.REFUSED else self.written
        if entry.outcome not in {Outcome.UNCHANGED, Outcome.CHECKED} and len(kept) < KEPT:
            kept.append(entry)
