"""Catalogues for tests: the content of a file, and valid pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from ops.importing.catalog import BadRow, Row, Shelf
from ops.importing.reading import CatalogFile


@dataclass
class Content:
    """The items of a file, by kind."""

    shelves: list[Shelf] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def content_of(path: Path, *, format_name: str | None = None) -> Content:
    """Read the whole file."""
    content = Content()
    lists = {Shelf: content.shelves, Row: content.rows, BadRow: content.bad}
    for item in CatalogFile(path, format_name=format_name).items():
        lists[type(item)].append(item)
    return content


def draw(path: Path, colour: str = "red", side: int = 8) -> Path:
    """Write a picture of one colour, in the format of the name's suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colour).save(path)
    return path
