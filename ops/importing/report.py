"""What became of a catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ops.importing.catalog import BadRow


class Outcome(StrEnum):
    """What loading a row came to."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass
class Report:
    """What was loaded, what was refused, and what the shop does not show yet."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """By SKU."""
    refused: list[BadRow] = field(default_factory=list)
    without_picture: list[str] = field(default_factory=list)
    not_listed: list[str] = field(default_factory=list)
    """SKUs that the shop's lists, or pictures that its pages, did not show in time."""

    @property
    def is_clean(self) -> bool:
        """Whether all that the file holds can now be seen in the shop."""
        return not self.refused and not self.not_listed

    def count(self, outcome: Outcome) -> int:
        """How many rows came to this."""
        return sum(each is outcome for each in self.outcomes.values())
