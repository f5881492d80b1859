"""How long an answer may be given again, as the service says in a field that is meant for the gateway (RFC 9213)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway_svc.gateway.asgi import Headers

FIELD = b"gateway-cache-control"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds since the answer was made, or was found to be still true."""

    fresh: float
    stale_while_revalidate: float = 0.0
    """After that, for so long it is given while it is asked for anew (RFC 5861, section 3)."""
    stale_if_error: float = 0.0
    """After that, for so long it is given while nobody can be asked (RFC 5861, section 4)."""


def lifetimes_of(headers: Headers) -> Lifetimes | None:
    """What the service says; None where it says nothing, or nothing that can be read."""
    values = [value for name, value in headers if name == FIELD]
    if len(values) != 1:
        return None
    directives = _directives(values[0])
    fresh = directives.get(b"max-age", 0)
    if not fresh or directives.keys() & {b"no-store", b"no-cache", b"private"}:
        return None
    return Lifetimes(fresh, directives.get(b"stale-while-revalidate", 0), directives.get(b"stale-if-error", 0))


def _directives(value: bytes) -> dict[bytes, int]:
    directives = {}
    for part in value.split(b","):
        name, _, seconds = part.partition(b"=")
        directives[name.strip().lower()] = int(seconds) if seconds.strip().isdigit() and len(seconds) < 10 else 0
    return directives
