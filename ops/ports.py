"""Free ports on the loopback interface, the same ones at every start as long as they stay free."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

from ops.errors import OpsError
from ops.state import State

FIRST_PUBLIC = 8000
# Below the range from which Linux takes the ports of outgoing connections.
_PRIVATE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether nothing listens on it; connections in TIME_WAIT do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def claim(port: int) -> socket.socket | None:
    """Reserve a free port against other checkouts on this machine; None if it is claimed or in use.

    The claim is an abstract socket name, released when the last process that holds it open ends.
    """
    claimed = socket.socket(socket.AF_UNIX)
    try:
        claimed.bind(f"\0opencommerce/port/{port}")
    except OSError:
        claimed.close()
        return None
    if is_free(port):
        return claimed
    claimed.close()
    return None


def claim_public(wanted: int | None) -> tuple[int, socket.socket]:
    """The gateway's port, with its claim: the wanted one, or else the first free one from 8000. Raises OpsError."""
    for port in [wanted] if wanted else range(FIRST_PUBLIC, FIRST_PUBLIC + 1000):
        claimed = claim(port)
        if claimed:
            return port, claimed
    raise OpsError(f"Port {wanted} is taken." if wanted else "No port from 8000 on is free.")


def remembered(state: State, names: Iterable[str], *, as_they_are: bool = False) -> dict[str, int]:
    """A port for each name: the one used last time if it is still free (or ``as_they_are``), otherwise a new one."""
    known: dict[str, int] = state.read("ports")
    ports: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        ports[name] = port if port and (as_they_are or is_free(port)) else _unused({*known.values(), *ports.values()})
    state.write("ports", {**known, **ports})
    return ports


def _unused(taken: set[int]) -> int:
    for port in random.sample(_PRIVATE, k=1000):
        if port not in taken and is_free(port):
            return port
    raise OpsError("No free port on 127.0.0.1.")
