"""The gateway's server with an application of the test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from gateway_svc.gateway.server.http import ClientConnection
from gateway_svc.gateway.server.sockets import ClientSocket


class Serving:
    """The server on a free port, in a thread."""

    def __init__(self, app: Any, *, state: Mapping[str, Any] | None = None) -> None:
        lifespan = "off" if state is None else "on"
        app = app if state is None else _saying(app, state)
        own = {"http": ClientConnection, "ws": ClientSocket, "proxy_headers": False, "log_config": None}
        self._server = uvicorn.Server(
            uvicorn.Config(app, port=0, interface="asgi3", lifespan=lifespan, log_level="warning", **own)
        )
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server.server_state.connections)

    def stop(self) -> None:
        """Stop it as the platform does."""
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "it does not end"

    def connect(self) -> socket.socket:
        """Open a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def say(self, raw: bytes) -> bytes:
        """Send raw bytes. Returns everything received until it closes the connection."""
        with self.connect() as connection:
            connection.sendall(raw)
            return rest_of(connection)


def _saying(app: Any, state: Mapping[str, Any]) -> Any:
    async def living(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            scope["state"].update(state)
            for moment in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{moment}.complete"})
        else:
            await app(scope, receive, send)

    return living


def rest_of(connection: socket.socket) -> bytes:
    """Everything received on a connection until it is closed."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def serving(app: Any, *, state: Mapping[str, Any] | None = None) -> Iterator[Serving]:
    """Run the server until the context ends; with ``state``, the application sets that lifespan state."""
    server = Serving(app, state=state)
    try:
        yield server
    finally:
        server.stop()
