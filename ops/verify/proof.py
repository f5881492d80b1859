"""Reading the books until they agree, or until facts under way can no longer explain why they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from ops.verify.books import Books
from ops.verify.breach import Breach

Invariant = Callable[[Books], Iterator[Breach]]
Breaches = Mapping[str, frozenset[Breach]]

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 1.0


def prove(
    books: Books,
    invariants: Mapping[str, Invariant],
    *,
    patience_seconds: float = PATIENCE_SECONDS,
    on_look: Callable[[Breaches], None] = lambda _: None,
) -> Breaches:
    """The breaches, by the invariant's title; empty if all invariants hold.

    Six databases cannot be read at one instant, and facts take time. So the reads are repeated each second until
    ``patience_seconds`` are over, and only breaches found by every read remain. New traffic meanwhile does no harm.
    """
    deadline = time.monotonic() + patience_seconds
    found = {title: frozenset(invariant(books)) for title, invariant in invariants.items()}
    while True:
        found = {title: breaches for title, breaches in found.items() if breaches}
        on_look(found)
        if not found or time.monotonic() >= deadline:
            return found
        time.sleep(_PAUSE_SECONDS)
        found = {title: breaches & frozenset(invariants[title](books)) for title, breaches in found.items()}
