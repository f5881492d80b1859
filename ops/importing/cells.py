"""How lists are written into one cell of a table, and text that a spreadsheet would take for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LIST, PATH, PAIR = "|", "/", "="

_FORMULA = re.compile("^'*[=+\\-@\\t\\r\\n＝＋－＠]")
"""What OWASP's page on CSV injection lists: a cell that begins so may be run by the program that opens the table."""


def split(cell: str, separator: str) -> list[str]:
    """The texts between the separators, still escaped: a backslash takes its meaning from what stands behind it."""
    parts, start = [], 0
    for mark in re.finditer(rf"\\.|{re.escape(separator)}", cell, re.DOTALL):
        if mark[0] == separator:
            parts.append(cell[start : mark.start()])
            start = mark.end()
    return [*parts, cell[start:]]


def plain(text: str) -> str:
    """A text as it was before it was joined to others."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).strip()


def joined(texts: Iterable[str], separator: str) -> str:
    """Several texts in a cell; a backslash stands before what would separate within one."""
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
    """A cell that no spreadsheet runs: an apostrophe before what would begin a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The reverse of ``guarded``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
