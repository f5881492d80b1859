"""Rows read one by one, so that a bad one is noted and the rest goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from msgspec import DecodeError

from ops.importing.catalog import BadRow, Catalog, RowUnusable
from ops.importing.scanner import Part

_NAMES = ("title", "Name", "name", "slug", "Id")
_FIRST_ROW = re.compile(r"\[\s*?(\n[ \t]*\{)")


def read_rows(array: Part | None, *, into: Catalog, add: Callable[[Part], None]) -> None:
    """Add each row of the array; what cannot be added is noted with its line and reason."""
    for row in rows_of(array) if array else ():
        try:
            add(row)
        except (DecodeError, UnicodeError, RowUnusable) as error:
            into.bad.append(BadRow(row.line, name_of(row), str(error)))


def rows_of(array: Part) -> Iterator[Part]:
    """The array's rows. One whose quotes or braces do not match ends where a line begins as the first row's did."""
    first = _FIRST_ROW.match(array.text)
    waiting = [array]
    while waiting:
        for row in waiting.pop().items():
            head, beginning, rest = row.text.partition(first[1]) if first else (row.text, "", "")
            if not rest or _content(row) is not None:
                yield row
            else:
                yield Part(head.rstrip(" \t\r\n,"), row.line)
                waiting.append(Part(f"[{beginning}{rest}", row.line + head.count("\n")))


def name_of(row: Part) -> str:
    """What a person would call the row, as far as it can be read."""
    content = _content(row)
    if isinstance(content, dict):
        for name in _NAMES:
            if name in content:
                return str(content[name])
    return " ".join(row.text.split())[:60]


def _content(row: Part) -> object:
    try:
        return json.loads(row.text)
    except ValueError:
        return None
