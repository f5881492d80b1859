"""Heads of responses, as they are written (RFC 9112, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus


def head_of(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """All of a head. Raises RuntimeError for a header that would be more than one line."""
    return b"%b%b\r\n" % (status_line(status), lines_of(headers))


def lines_of(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A line for each header. Raises RuntimeError for a header that would be more than one."""
    lines = b"\r\n".join([*map(b": ".join, headers), b""])
    if not lines.count(b"\n") == lines.count(b"\r") == len(headers):
        raise RuntimeError("a header of more than one line")
    return lines


@lru_cache(maxsize=64)
def status_line(status: int) -> bytes:
    """What a head begins with."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()
