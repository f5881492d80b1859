"""One answer that is kept."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from gateway_svc.catalogue.rules import Groups
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.cache.lifetimes import FIELD, Lifetimes, lifetimes_of
from gateway_svc.gateway.heads import lines_of, status_line
from gateway_svc.gateway.inner import InnerAnswer
from gateway_svc.gateway.middleware.answer_heads import unsaid
from gateway_svc.gateway.routes import Route

PAUSE_SECONDS = 5.0
"""So long nobody waits for a service that failed a moment ago, as long as there is something to give."""
# What an answer costs besides its texts: objects, its places in the tables of the store.
_FIXED_BYTES = 1200
_A_GROUP_BYTES = 400
# Told anew with each answer, or of no concern to whoever asks.
_LEFT_OUT = frozenset({FIELD, b"age", b"cache-status", b"content-length", b"date"})
_OF_NOT_MODIFIED = frozenset({b"cache-control", b"content-location", b"etag", b"expires", b"vary"})
# Nobody was asked which encodings they take.
_NOT_FOR_ALL = frozenset({b"set-cookie", b"content-encoding"})
_NEVER_SHARED = frozenset({b"private", b"no-store"})


@dataclass(slots=True)
class Entry:
    """What is given again, and until when. Instants are those of the monotonic clock."""

    headers: tuple[tuple[bytes, bytes], ...]
    not_modified: tuple[tuple[bytes, bytes], ...]
    """The headers of a 304 (RFC 9110, 15.4.5)."""
    body: bytes
    etag: bytes
    groups: Groups
    lifetimes: Lifetimes
    route: Route
    """Which it was asked for by."""
    born_at: float = 0.0
    fresh_until: float = 0.0
    unquestioned_until: float = 0.0
    """Stale, but nobody has to wait for anything newer."""
    good_until: float = 0.0
    """Better than no answer."""
    lines: bytes = field(init=False)
    """Those of its head, written."""
    not_modified_lines: bytes = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.lines = status_line(200) + lines_of(self.headers)
        self.not_modified_lines = status_line(304) + lines_of(self.not_modified)
        self.size = _FIXED_BYTES + _A_GROUP_BYTES * len(self.groups)
        self.size += sum(sys.getsizeof(each) for each in (self.body, self.lines, self.not_modified_lines))
        self.size += sum(sys.getsizeof(name) + sys.getsizeof(value) + 64 for name, value in self.headers)
        self.confirm()

    def confirm(self) -> None:
        """It is true now."""
        self.born_at = time.monotonic()
        self.fresh_until = self.born_at + self.lifetimes.fresh
        self.unquestioned_until = self.fresh_until + self.lifetimes.stale_while_revalidate
        self.good_until = self.fresh_until + max(self.lifetimes.stale_if_error, self.lifetimes.stale_while_revalidate)

    def bear_with(self) -> None:
        """It could not be asked for anew: the next ones shall not have to wait to find that out."""
        soon = min(time.monotonic() + PAUSE_SECONDS, self.good_until)
        self.unquestioned_until = max(self.unquestioned_until, soon)


def entry_of(answer: InnerAnswer, groups: Groups, route: Route, always: Headers) -> Entry | None:
    """What may be kept of an answer that was given to nobody in particular, with what is always said; None for none."""
    lifetimes = lifetimes_of(answer.headers)
    if lifetimes is None or answer.status != 200 or not _is_for_everybody(answer.headers):
        return None
    kept = [header for header in answer.headers if header[0] not in _LEFT_OUT]
    of_not_modified = _OF_NOT_MODIFIED.union(name for name, _ in always)
    headers = (*kept, *unsaid(always, kept), (b"content-length", b"%d" % len(answer.body)))
    return Entry(
        headers=headers,
        not_modified=tuple(header for header in headers if header[0] in of_not_modified),
        body=answer.body,
        etag=next((value for name, value in headers if name == b"etag"), b""),
        groups=groups,
        lifetimes=lifetimes,
        route=route,
    )


def _is_for_everybody(headers: Headers) -> bool:
    is_public = False
    for name, value in headers:
        if name == b"cache-control":
            words = {word.strip().partition(b"=")[0].lower() for word in value.split(b",")}
            if words & _NEVER_SHARED:
                return False
            is_public = is_public or b"public" in words
        elif name in _NOT_FOR_ALL or (name == b"vary" and value.strip().lower() != b"accept"):
            return False
    return is_public
