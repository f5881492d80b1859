"""Lists in one cell of a table, and guarding text that a spreadsheet would run as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LIST, PATH, PAIR = "|", "/", "="

_FORMULA = re.compile("^'*[=+\\-@\\t\\r\\n＝＋－＠]")
"""From OWASP's page on CSV injection: a cell that begins like this may be run by the program that opens the table."""


def split(cell: str, separator: str) -> list[str]:
    """The texts between the separators, still escaped: a backslash escapes the character after it."""
    parts, start = [], 0
    for mark in re.finditer(rf"\\.|{re.escape(separator)}", cell, re.DOTALL):
        if mark[0] == separator:
            parts.append(cell[start : mark.start()])
            start = mark.end()
    return [*parts, cell[start:]]


def plain(text: str) -> str:
    """A text without its escapes, as it was before ``joined``."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).strip()


def joined(texts: Iterable[str], separator: str) -> str:
    """Several texts in one cell; separators within a text are escaped by a backslash."""
    return separator.join(re.sub(rf"([\\|{re.escape(separator)}])", r"\\\1", text) for text in texts)


def texts(cell: str, separator: str = LIST) -> list[str]:
    """The reverse of ``joined``, without empty ones."""
    return [text for part in split(cell, separator) if (text := plain(part))]


def pairs(cell: str) -> dict[str, str]:
    """``colour=Teal|size=L``. Raises ValueError when a name has no value."""
    found = {}
    for part in filter(str.strip, split(cell, LIST)):
        name, *value = split(part, PAIR)
        if not value:
            raise ValueError(f"{plain(part)!r} is no attribute: write name=value, and | between two")
        found[plain(name)] = plain(PAIR.join(value))
    return found


def from_pairs(attributes: Mapping[str, str]) -> str:
    """The reverse of ``pairs``."""
    return LIST.join(joined(pair, PAIR) for pair in attributes.items())


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet would run it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The reverse of ``guarded``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
