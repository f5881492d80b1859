"""Refusals: what the domain says no to, by name."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """Something cannot be done. A subclass's docstring is the message that people read.

    ``detail`` replaces that message where a reason can be given; ``errors`` names bad fields by their path in the
    request (``items.0.sku``); further keywords are kept for logs and are not shown.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409

    def __init__(
        self, detail: str | None = None, *, errors: dict[str, list[str]] | None = None, **context: Any
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.errors = errors or {}
        self.context = context
        super().__init__(self.detail)

    @property
    def members(self) -> dict[str, Any]:
        """What a program needs to know besides, as further members of the problem (RFC 9457, 3.2)."""
        return {}


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"
    status = 404


class InvalidInput(DomainError):
    """The request has fields that cannot be accepted."""

    code = "invalid"
    status = 400


class Forbidden(DomainError):
    """This is not yours to do."""

    code = "forbidden"
    status = 403


class TooManyRequests(DomainError):
    """That was tried too often; please wait a little."""

    code = "too_many_requests"
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(retry_after_seconds=retry_after_seconds)
