"""Reading a catalogue file of any format, bit by bit as its items are consumed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TextIO

from ops.errors import OpsError
from ops.importing.catalog import BadRow, Item, Row
from ops.importing.formats import eshop, opencommerce, table
from ops.importing.names import TakenNames

FORMATS = {"opencommerce": opencommerce.read, "eshop": eshop.read, "csv": table.read}
PICTURES = "pictures"

_BLOCK = 1 << 20
_HEAD = 4096


class CatalogFile:
    """A file of products; its pictures are in ``pictures/`` beside it. Raises OpsError if it is no catalogue."""

    def __init__(self, path: Path, *, format_name: str | None = None) -> None:
        self.path = path
        try:
            self.size = path.stat().st_size
            _require_utf8(path)
            self.format_name = format_name or _recognised(path)
        except OSError as error:
            raise OpsError(f"{path} cannot be read: {error.strerror}.") from error
        self.bytes_read = 0

    def items(self) -> Iterator[Item]:
        """Its items in order; a row with a SKU of an earlier row is bad. Raises OpsError if there are no products."""
        is_empty = True
        with (
            self.path.open("rb") as file,
            TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
            closing(TakenNames()) as names,
        ):
            for item in self._read(text):
                self.bytes_read = file.tell()
                is_empty = is_empty and not isinstance(item, Row | BadRow)
                yield _taken(item, names) or item
        self.bytes_read = self.size
        if is_empty:
            raise OpsError(f"{self.path} holds no products.")

    def _read(self, stream: TextIO) -> Iterator[Item]:
        return FORMATS[self.format_name](stream, self.path.parent / PICTURES)


def _taken(item: Item, names: TakenNames) -> BadRow | None:
    if not isinstance(item, Row):
        return None
    taken = names.take((variant.sku for variant in item.product.variants), line=item.line)
    return taken and BadRow(item.line, item.product.title, f"{taken[0]} is already the SKU of line {taken[1]}")


def _recognised(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        first = stream.read(_HEAD).lstrip()[:1]
    if first in {"[", "{"}:
        return "eshop" if first == "[" else "opencommerce"
    if path.suffix.lower() in {".csv", ".tsv"}:
        return "csv"
    raise OpsError(
        f"{path} is no catalogue that is recognised: neither a JSON object (opencommerce), nor a JSON list (eshop), "
        "nor called .csv. If it is a table, say so: --format csv."
    )


def _require_utf8(path: Path) -> None:
    """Check the whole file before anything is loaded. Raises OpsError."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, done = 1, 0
    with path.open("rb") as file:
        for block in chain(iter(partial(file.read, _BLOCK), b""), [b""]):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise _not_utf8(path, line, done - pending + error.start, error) from error
            line += block.count(b"\n")
            done += len(block)


def _not_utf8(path: Path, line: int, offset: int, error: UnicodeDecodeError) -> OpsError:
    is_utf16 = offset == 0 and error.object[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    kind = "UTF-16" if is_utf16 else "LATIN1"
    target = path.with_name(f"{path.stem}.utf8{path.suffix}")
    return OpsError(
        f"{path} is not UTF-8 text: line {line}, byte {offset} of the file is 0x{error.object[error.start]:02X}.\n"
        f"Nothing was loaded. If it is {kind}, convert it: iconv -f {kind} -t UTF-8 '{path}' > '{target}'"
    )
