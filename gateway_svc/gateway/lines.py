"""Writing many log lines with few system calls."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

FLUSH_SECONDS = 0.1
FLUSH_BYTES = 64 * 1024


class Lines:
    """JSON lines to stdout, a tenth of a second's worth at once.

    Each write lets go of the GIL, and under load it takes long to get it back: a write a line was a third of the
    gateway's time.
    """

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, line: Mapping[str, Any]) -> None:
        """Have it written soon."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        encoded = self._encode(line)
        self._waiting.append(encoded)
        self._size += len(encoded)
        if self._size >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            sys.stdout.write(b"\n".join((*self._waiting, b"")).decode())
            sys.stdout.flush()
            self._waiting.clear()
            self._size = 0
