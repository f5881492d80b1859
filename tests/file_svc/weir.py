"""A TCP proxy in front of the storage, which can be shut, and can break connections off."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Weir:
    """Lets everything through, nothing, or only a number of bytes."""

    def __init__(self, host: str, port: int) -> None:
        self.upstream = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.is_open = True
        self.sends: int | None = None
        """How many more bytes go to the storage, on all connections together; None for any number."""
        self.answers: int | None = None
        """The same for bytes from the storage."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.is_open:
                    self._connect(client)
                else:
                    client.close()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self.upstream)
        for source, sink, allowance in ((client, server, "sends"), (server, client, "answers")):
            threading.Thread(target=self._pass, args=(source, sink, allowance), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, allowance: str) -> None:
        with source, sink, suppress(OSError):
            while (piece := source.recv(16_384)) and self.is_open:
                left = getattr(self, allowance)
                sink.sendall(piece[:left])
                if left is not None:
                    setattr(self, allowance, max(0, left - len(piece)))
                    if left <= len(piece):
                        break
            for side in (source, sink):
                side.shutdown(socket.SHUT_RDWR)
