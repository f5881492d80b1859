"""Requests for what one may have already (RFC 9110, section 13.1.2)."""

from __future__ import annotations


def is_known(etag: bytes, if_none_match: bytes) -> bool:
    """Whether an If-None-Match names this entity tag, or any; weak and strong ones are the same here."""
    known = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag.removeprefix(b"W/") in known or b"*" in known
