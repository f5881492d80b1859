"""A catalogue's file, read in whichever format it is in."""

from __future__ import annotations

from pathlib import Path

from ops.errors import OpsError
from ops.importing.catalog import Catalog
from ops.importing.formats import eshop, opencommerce

FORMATS = {"opencommerce": opencommerce.read, "eshop": eshop.read}


def read_catalog(path: Path, *, format_name: str | None = None) -> Catalog:
    """What the file holds; its pictures lie in ``pictures/`` beside it. Raises OpsError when it is no catalogue."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise OpsError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OpsError(f"{path} is not UTF-8 text.") from error
    try:
        catalog = FORMATS[format_name or _recognised(path, text)](text, path.parent / "pictures")
    except ValueError as error:
        raise OpsError(f"{path} cannot be read as JSON: {error}.") from error
    if not catalog.rows and not catalog.bad:
        raise OpsError(f"{path} holds no products.")
    return catalog


def _recognised(path: Path, text: str) -> str:
    first = text.lstrip()[:1]
    if first not in {"[", "{"}:
        raise OpsError(f"{path} is not a catalogue: neither a JSON list (eshop) nor a JSON object (opencommerce).")
    return "eshop" if first == "[" else "opencommerce"
