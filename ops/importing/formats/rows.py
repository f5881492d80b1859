"""Reading rows one by one, so that a bad one is reported and does not stop the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from msgspec import MsgspecError

from ops.importing.catalog import BadRow, Item, RowUnusable
from ops.importing.scanner import Part

_NAMES = ("title", "Name", "name", "slug", "Id")


def read_row(row: Part, items: Callable[[Part], Iterable[Item]]) -> Iterator[Item]:
    """The items of the row, or a BadRow with the reason."""
    if row.problem:
        yield BadRow(row.line, name_of(row), row.problem)
        return
    try:
        yield from items(row)
    except (MsgspecError, UnicodeError, RecursionError, RowUnusable) as error:
        yield BadRow(row.line, name_of(row), str(error))


def name_of(row: Part) -> str:
    """A name by which a person recognises the row, as far as it can be read."""
    try:
        content = json.loads(row.text)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        for name in _NAMES:
            if name in content:
                return str(content[name])
    return " ".join(row.text[:200].split())[:60]
