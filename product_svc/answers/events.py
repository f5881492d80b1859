"""What is shown, as facts."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from common.contracts import ShowingChanged

# Each change is told of once.
_ONLY_VERSION = 1


def showing_changed(
    *, products: Collection[str] = (), lists: bool = False, categories: bool = False, everything: bool = False
) -> ShowingChanged:
    """Something else is shown of these products (their ids and slugs), in lists, or of categories."""
    return ShowingChanged(
        version=_ONLY_VERSION,
        change_id=str(uuid.uuid4()),
        products=tuple(sorted(products)),
        lists=lists,
        categories=categories,
        everything=everything,
    )
