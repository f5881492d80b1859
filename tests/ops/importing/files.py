"""Catalogues for tests: what one holds, and pictures that can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from ops.importing.catalog import BadRow, Row, Shelf
from ops.importing.reading import CatalogFile


@dataclass
class Content:
    """All that a file holds."""

    shelves: list[Shelf] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def content_of(path: Path, *, format_name: str | None = None) -> Content:
    """Read it all."""
    content = Content()
    lists = {Shelf: content.shelves, Row: content.rows, BadRow: content.bad}
    for item in CatalogFile(path, format_name=format_name).items():
        lists[type(item)].append(item)
    return content


def draw(path: Path, colour: str = "red", side: int = 8) -> Path:
    """A picture of one colour, in the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colour).save(path)
    return path
