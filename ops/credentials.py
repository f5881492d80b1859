"""Secrets of one run: made once, kept in a file that only its owner may read."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable

from ops.state import State


def password() -> str:
    """A password that needs no quoting in a URL or a configuration file."""
    return secrets.token_hex(16)


def ed25519_key() -> str:
    """A raw Ed25519 private key in base64: any 32 random bytes are one."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


class Credentials:
    """Secrets by name, each generated on first use."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: dict[str, str] = state.read("secrets")
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], str] = password) -> str:
        """The secret that was made for this name, now or in an earlier run."""
        # Services are prepared in parallel, and a name must never get two secrets.
        with self._lock:
            if name not in self._known:
                self._known[name] = make()
                self._state.write("secrets", self._known)
            return self._known[name]
