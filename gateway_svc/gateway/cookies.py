"""The session cookie, which only the gateway reads: no service gets it."""

from __future__ import annotations

NAME = "opencommerce_session"
_NAME = NAME.encode()


def take_ours(values: list[bytes]) -> tuple[str, list[bytes]]:
    """Our cookie's value, empty where there is none, and the Cookie headers without it.

    Split at semicolons, as Django and Go do, so that no service can find the cookie where we do not.
    """
    ours, others = "", []
    for value in values:
        kept = []
        for pair in value.split(b";"):
            name, _, content = pair.partition(b"=")
            if name.strip() == _NAME:
                ours = ours or content.strip().decode("latin-1")
            elif pair.strip():
                kept.append(pair.strip())
        if kept:
            others.append(b"; ".join(kept))
    return ours, others
