"""A TCP proxy to the broker that a test can cut: its clients see the broker die and come back at once."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

_CHUNK = 65536


class Wire:
    """A loopback port that is forwarded to the broker."""

    def __init__(self, broker_url: str) -> None:
        parts = urlsplit(broker_url)
        self._broker = (parts.hostname or "", parts.port or 5672)
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        host_and_port = f"127.0.0.1:{self._door.getsockname()[1]}"
        self.url = parts._replace(netloc=f"{parts.username}:{parts.password}@{host_and_port}").geturl()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Close every open connection; new ones are accepted."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        """Stop forwarding, for good."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._accepting.join(10)  # it may hold a connection that it has just accepted
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                with self._lock:
                    self._ends.append(near)
                far = socket.create_connection(self._broker)
                with self._lock:
                    self._ends.append(far)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
