"""Signed links: with one, a private content can be read for a few minutes without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from file_svc.files import errors

VALID_FOR = timedelta(minutes=5)
_SALT = "files.content"


def signed(file_id: UUID, variant: str | None, *, now: datetime) -> dict[str, str]:
    """The query parameters of a link to this content, valid for ``VALID_FOR``."""
    expires = str(int((now + VALID_FOR).timestamp()))
    return {"expires": expires, "signature": Signer(salt=_SALT).signature(_subject(file_id, variant, expires))}


def is_one(query: Mapping[str, str]) -> bool:
    """Whether the request came by a signed link, valid or not."""
    return "signature" in query


def require_valid(query: Mapping[str, str], file_id: UUID, *, now: datetime) -> None:
    """Raises InvalidLink unless it was signed for this content and has not expired."""
    expires = query.get("expires", "")
    subject = _subject(file_id, query.get("variant"), expires)
    try:
        Signer(salt=_SALT).unsign(f"{subject}:{query['signature']}")
    except BadSignature:
        raise errors.InvalidLink from None
    if int(expires) <= now.timestamp():
        raise errors.InvalidLink("The link has expired; ask for the file again to get a new one.")


def _subject(file_id: UUID, variant: str | None, expires: str) -> str:
    return f"{file_id}/{variant or ''}/{expires}"
