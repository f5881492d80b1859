"""AsyncAPI's own JSON Schema, from the npm package of its authors: downloaded once, and pinned by its checksum."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from base64 import b64encode
from functools import cache
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from ops.errors import OpsError
from ops.state import LOCAL

URL = "https://registry.npmjs.org/@asyncapi/specs/-/specs-6.11.1.tgz"
SHA512 = "A3WBLqAKGoJ2+6FWFtpjBlCQ1oFCcs4GxF7zsIGvNqp/klGUHjlA3aAcZ9XMMpLGE8zPeYDz2x9FmO6DSuKraQ=="
"""As the registry states it (Subresource Integrity)."""

_PACKAGE = LOCAL / "asyncapi-specs-6.11.1.tgz"
_SCHEMA = "package/schemas/3.0.0.json"
_SECONDS = 20


@cache
def schema() -> dict[str, Any]:
    """The schema of AsyncAPI 3.0.0. Raises OpsError if it is not here and cannot be downloaded."""
    with tarfile.open(fileobj=io.BytesIO(_package())) as package:
        found = package.extractfile(_SCHEMA)
        if found is None:
            raise OpsError(f"There is no {_SCHEMA} in {URL}.")
        return dict(json.load(found))


def _package() -> bytes:
    if _PACKAGE.exists() and _is_right(kept := _PACKAGE.read_bytes()):
        return kept
    fetched = _fetched()
    if not _is_right(fetched):
        raise OpsError(f"What {URL} gives is not what it was: its checksum is another.")
    _PACKAGE.parent.mkdir(exist_ok=True)
    draft = _PACKAGE.with_suffix(".new")
    draft.write_bytes(fetched)
    draft.replace(_PACKAGE)
    return fetched


def _fetched() -> bytes:
    try:
        with urlopen(URL, timeout=_SECONDS) as answer:
            return bytes(answer.read())
    except (URLError, OSError) as error:
        raise OpsError(
            f"AsyncAPI's schema is not to be had from {URL}: {error}. Try again with a way there."
        ) from error


def _is_right(package: bytes) -> bool:
    return b64encode(hashlib.sha512(package).digest()).decode() == SHA512
