"""Access log lines, written in batches."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import msgspec

FLUSH_SECONDS = 0.1
FLUSH_BYTES = 64 * 1024


class Lines:
    """JSON lines to stdout, collected for a tenth of a second and written at once.

    Each write releases the GIL, and under load it takes long to get it back: one write for each line took a third of
    the gateway's time.
    """

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, line: Any) -> None:
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
