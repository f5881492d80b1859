"""``python -m gateway_svc.gateway.server --host 127.0.0.1 --port 8000``: open the door."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import threading

import uvicorn

from common import open_files
from gateway_svc.gateway.server.http import ClientConnection
from gateway_svc.gateway.server.sockets import ClientSocket

logger = logging.getLogger(__name__)

APPLICATION = "gateway_svc.config.asgi:application"

# For the requests that are under way when it is told to stop; the supervisor waits a little longer.
DRAIN_SECONDS = 8
# For all that is to be put away after them.
PUT_AWAY_SECONDS = 1.5


# What sixteen requests have under way at once is more than Python's 700 objects, after which it looks for cycles among
# them, of which we make next to none: looking showed as 7 % in a profile.
_OBJECTS_BETWEEN_COLLECTIONS = 20_000


class Server(uvicorn.Server):
    """What is there once it has started stays, and is not looked at again and again for whether it is garbage."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way. That has an end: a thread that waits for a database cannot be told to stop."""
        drain_seconds = self.config.timeout_graceful_shutdown or 0
        end = threading.Timer(drain_seconds + PUT_AWAY_SECONDS, _end_at_once)
        end.daemon = True
        end.start()
        await super().shutdown(sockets)


def _end_at_once() -> None:
    logger.warning("not everything ended in time")
    os._exit(1)


def main() -> None:
    """Serve until told to stop, then finish what is under way."""
    options = _parser().parse_args()
    open_files.allow_most()
    # uvicorn raises the signal again once it has stopped, which would look like a death.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    server = Server(_config(options))
    server.run()
    if not server.started:
        raise SystemExit(1)


def _config(options: argparse.Namespace) -> uvicorn.Config:
    return uvicorn.Config(
        options.application,
        host=options.host,
        port=options.port,
        interface="asgi3",
        loop="uvloop",
        lifespan="on",
        http=ClientConnection,
        ws=ClientSocket,
        timeout_graceful_shutdown=options.drain_seconds,
        # The gateway decides for itself whom it believes (gateway/proxies.py), and writes its own log.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway_svc.gateway.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    drain = "for the requests that are under way when it is told to stop"
    parser.add_argument("--drain-seconds", type=int, default=DRAIN_SECONDS, help=drain)
    parser.add_argument("--application", default=APPLICATION, help="another one, to measure what the server takes")
    return parser


if __name__ == "__main__":
    main()
