"""Requests for what one may have already (RFC 9110, section 13.1.2)."""

from __future__ import annotations

from hashlib import blake2s


def etag_of(body: bytes) -> bytes:
    """A strong entity tag, which changes with the body."""
    return f'"{blake2s(body, digest_size=16).hexdigest()}"'.encode()


def is_known(etag: bytes, if_none_match: bytes) -> bool:
    """Whether an If-None-Match names this entity tag, or any; weak and strong ones are the same here."""
    known = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag.removeprefix(b"W/") in known or b"*" in known
