"""The cookie by which the gateway knows a browser: for the gateway alone."""

from __future__ import annotations

NAME = "opencommerce_session"
_NAME = NAME.encode()


def take_ours(values: list[bytes]) -> tuple[str, list[bytes]]:
    """Our cookie's value, empty where there is none, and the Cookie headers without it.

    Read as Django and Go read them, by semicolons, so that nobody behind us can find it where we do not.
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
