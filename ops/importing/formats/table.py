"""A table (CSV) with a line for each variant; the lines of one product are adjacent, with the same ``product``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec

from ops.errors import OpsError
from ops.importing.catalog import BadRow, Category, Item, Name, Product, Row, RowUnusable, Shelf
from ops.importing.cells import LIST, PATH, joined, pairs, plain, split, texts, unguarded
from ops.importing.names import TakenNames

OF_PRODUCT = (
    "product", "title", "description", "category", "price", "currency", "attributes", "status", "pictures", "alts",
)  # fmt: skip
OF_VARIANT = ("sku", "stock", "variant_title", "variant_price", "variant_attributes")
COLUMNS = (*OF_PRODUCT, *OF_VARIANT)
NEEDED = ("title", "price", "currency", "sku", "stock")

_DELIMITERS = ",;\t"
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Record:
    """A line of the table, which may span several lines of the file; or why it cannot be read."""

    line: int
    cells: dict[str, str]
    problem: str = ""

    @property
    def key(self) -> str | None:
        """The cell that all lines of its product share; empty if it has no others, None if it could not be read."""
        return None if self.problem else self.cells.get("product", "")


def read(stream: TextIO, pictures: Path) -> Iterator[Item]:
    """The items of the file. Raises OpsError if its first line does not name our columns."""
    lines = _Lines(stream)
    header, delimiter = read_header(next(lines, ""))
    placed: set[str] = set()
    with closing(TakenNames()) as keys:
        for group in _groups(_records(lines, header, delimiter)):
            try:
                _require_new_key(group[0], keys)
                product = _product(group)
            except (msgspec.MsgspecError, ValueError, RowUnusable) as error:
                named = next((record for record in group if record.cells), group[0])
                yield BadRow(group[0].line, named.cells.get("title", ""), str(error))
                continue
            yield from _shelves(group[0], product.category, placed)
            yield Row.of(group[0].line, product, pictures)


def read_header(line: str) -> tuple[list[str], str]:
    """The columns, and the delimiter. Raises OpsError, naming the valid columns."""
    readings = {delimiter: _names(line, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(readings, key=lambda each: len(set(readings[each]) & set(COLUMNS)))
    header = readings[delimiter]
    wrong = {
        "missing": [name for name in NEEDED if name not in header],
        "not known": [repr(name) for name in header if name not in COLUMNS],
        "named twice": sorted({name for name in header if header.count(name) > 1}),
    }
    if any(wrong.values()):
        told = "; ".join(f"{', '.join(names)} {fault}" for fault, names in wrong.items() if names)
        raise OpsError(
            f"The table's first line does not name its columns: {told}.\n"
            f"The columns are {', '.join(COLUMNS)}; needed are {', '.join(NEEDED)}.\n"
            "See docs/how-to/load-a-catalogue.md."
        )
    return header, delimiter


def _names(line: str, delimiter: str) -> list[str]:
    return [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]


class _Lines:
    """The file's lines, counted. A very long one comes in pieces, so that it need not fit into memory."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += line.endswith(("\n", "\r")) or len(line) < _LONGEST_LINE
        return line


def _records(lines: _Lines, header: list[str], delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"lines {line} to {lines.number} cannot be read ({error}): is a quote missing there?"
            yield Record(line, {}, problem)
            continue
        if len(cells) == len(header):
            yield Record(line, {name: unguarded(cell).strip() for name, cell in zip(header, cells, strict=True)})
        elif any(cells):
            problem = f"line {line} has {len(cells)} cells, and the first line names {len(header)} columns"
            yield Record(line, {}, problem)


def _groups(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The lines of each product. An unreadable line is grouped with its neighbours: it may be a variant of theirs."""
    group: list[Record] = []
    for record in records:
        if group and not _goes_with(record, group):
            yield group
            group = group[-1:] if group[-1].problem and record.key else []
        group.append(record)
    if group:
        yield group


def _goes_with(record: Record, group: list[Record]) -> bool:
    key = next((each.key for each in group if each.key is not None), None)
    if record.key is None or key is None:
        return bool(record.key or key) or record.key is key
    return record.key == key != ""


def _require_new_key(record: Record, keys: TakenNames) -> None:
    if record.key and (taken := keys.take([record.key], line=record.line)):
        problem = f"product {record.key!r} has lines above, from line {taken[1]} on"
        raise RowUnusable(f"{problem}: put all lines of a product together, for instance by sorting the table")


def _product(group: list[Record]) -> Product:
    """The product of these lines. Raises RowUnusable or a ValueError, with the reason."""
    if problem := next((record.problem for record in group if record.problem), ""):
        raise RowUnusable(problem)
    first = group[0]
    for record in group[1:]:
        for column in OF_PRODUCT:
            said = record.cells.get(column)
            if said and said != first.cells[column]:
                raise RowUnusable(f"line {record.line} says another {column} than line {first.line}")
    currency = first.cells["currency"]
    content = _content(first.cells) | {"variants": [_variant(record.cells, currency) for record in group]}
    product = msgspec.convert(content, Product, strict=False)
    path = msgspec.convert(texts(first.cells.get("category", ""), PATH), list[Name])
    return msgspec.structs.replace(product, category=joined(path, PATH) or None)


def _content(cells: dict[str, str]) -> dict[str, Any]:
    given = {name: cells.get(name, "") for name in OF_PRODUCT}
    content = {
        "title": given["title"],
        "description": given["description"],
        "price": {"amount": given["price"], "currency": given["currency"]},
        "attributes": pairs(given["attributes"]),
        "pictures": _pictures(texts(given["pictures"]), given["alts"]),
    }
    # Empty cells of these mean None. The category is set later, since the cell holds a path and not a slug.
    return content | {"category": None, "status": given["status"] or None}


def _variant(cells: dict[str, str], currency: str) -> dict[str, Any]:
    content = {
        "sku": cells["sku"],
        "stock": cells["stock"],
        "title": cells.get("variant_title", ""),
        "attributes": pairs(cells.get("variant_attributes", "")),
    }
    own = cells.get("variant_price")
    return content | ({"price": {"amount": own, "currency": currency}} if own else {})


def _pictures(files: list[str], cell: str) -> list[Any]:
    if not cell:
        return files
    alts = [plain(alt) for alt in split(cell, LIST)]
    if len(alts) != len(files):
        raise RowUnusable(f"{len(alts)} alts for {len(files)} pictures: one for each, or none")
    return [{"file": file, "alt": alt} for file, alt in zip(files, alts, strict=True)]


def _shelves(record: Record, path: str | None, placed: set[str]) -> Iterator[Shelf]:
    """The categories of a path that did not occur before, from the outermost."""
    names = texts(path or "", PATH)
    for depth, name in enumerate(names):
        here = joined(names[: depth + 1], PATH)
        if here not in placed:
            placed.add(here)
            parent = joined(names[:depth], PATH) or None
            yield Shelf(record.line, Category(slug=here, name=name, parent=parent), goes_by_name=True)
