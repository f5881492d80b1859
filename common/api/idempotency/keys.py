"""Reading the key of a request."""

from __future__ import annotations

import re

from common.api.idempotency import errors

_BARE = re.compile(r"^[!-~]{1,255}$")
_QUOTED = re.compile(r'^"(?:[^"\\]|\\["\\])*"$')


def read_key(header: str) -> str:
    """The key, bare or as a structured-field string (RFC 8941). Raises KeyMissing."""
    text = header.strip()
    if _QUOTED.match(text):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    if not _BARE.match(text):
        raise errors.KeyMissing
    return text
