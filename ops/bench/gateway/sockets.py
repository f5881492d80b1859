"""How much memory an open, idle WebSocket takes in a process."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.protocol import CONNECTING, OPEN
from websockets.uri import parse_uri

from common import open_files
from ops import procfs

FEW, MANY = 400, 10_000
_AT_ONCE = 16
_OPEN_SECONDS = 30.0
# Lets memory that was needed only for opening them be freed or used again.
_REST_SECONDS = 1.0
# Files that a gateway needs besides the two for each socket.
_OTHER_FILES = 512
_MOST_GATEWAYS = 2
PATH = "/ws/notifications/"


@dataclass(frozen=True)
class Held:
    """The memory of all processes of one kind, with few and with many sockets open."""

    process: str
    processes: int
    few_bytes: int
    """With ``FEW`` sockets in each."""
    many: int
    many_bytes: int

    @property
    def kib_each(self) -> float:
        """From the difference of the two, so that what a process takes without any socket does not count."""
        return (self.many_bytes - self.few_bytes) / (self.many - self.processes * FEW) / 1024


def room() -> tuple[int, int]:
    """How many gateways, and how many sockets in all; see ``spread``.

    Raises our limit of open files as far as possible, which processes started afterwards inherit.
    """
    wanted = 2 * MANY + _OTHER_FILES
    if open_files.most() < wanted:
        # Raising the hard limit may be refused even to root, as in some containers.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        open_files.allow_most()
    return spread(open_files.most())


def spread(files: int) -> tuple[int, int]:
    """How many gateways, and how many sockets in all, if each may open so many files; one gateway if it holds all."""
    each = (files - _OTHER_FILES) // 2
    gateways = 1 if each >= MANY else _MOST_GATEWAYS
    return gateways, min(gateways * each, MANY)


def hold(ports: Sequence[int], tokens: Sequence[str], watched: Mapping[str, Sequence[int]], *, many: int) -> list[Held]:
    """Open few sockets at each port, then ``many`` in all, with the tokens in turn; measure the memory of the pids."""
    before, after = asyncio.run(_hold(ports, tokens, watched, many))
    return [Held(name, len(pids), before[name], many, after[name]) for name, pids in watched.items()]


async def _hold(
    ports: Sequence[int], tokens: Sequence[str], watched: Mapping[str, Sequence[int]], many: int
) -> list[dict[str, int]]:
    few = FEW * len(ports)
    gate = asyncio.Semaphore(_AT_ONCE)
    open_ones: list[_Idle] = []
    seen = []

    async def open_one(number: int) -> None:
        async with gate:
            open_ones.append(await _Idle.open(ports[number % len(ports)], tokens[number % len(tokens)]))

    try:
        for numbers in (range(few), range(few, many)):
            await asyncio.gather(*map(open_one, numbers))
            await asyncio.sleep(_REST_SECONDS)
            seen.append({name: sum(map(_pss_bytes, pids)) for name, pids in watched.items()})
    finally:
        for each in open_ones:
            each.close()
    return seen


def _pss_bytes(pid: int) -> int:
    return sum(map(procfs.pss_bytes, procfs.family_of(pid)))


class _Idle(asyncio.Protocol):
    """A client that sends nothing after the handshake; ten thousand of them fit into one process."""

    def __init__(self, port: int, token: str) -> None:
        self._protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}{PATH}"))
        self._token = token
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, port: int, token: str) -> _Idle:
        """Raises InvalidHandshake, OSError or TimeoutError."""
        async with asyncio.timeout(_OPEN_SECONDS):
            connect = asyncio.get_running_loop().create_connection
            _, idle = await connect(lambda: cls(port, token), "127.0.0.1", port)
            await idle._opened
        return idle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Bearer {self._token}"
        self._protocol.send_request(request)
        self._transport.writelines(self._protocol.data_to_send())

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._protocol.events_received()
        self._transport.writelines(self._protocol.data_to_send())
        if self._protocol.state is not CONNECTING and not self._opened.done():
            self._opened.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(self._protocol.handshake_exc or InvalidHandshake("hung up on"))

    def close(self) -> None:
        """Send a close frame, and close the connection."""
        if self._protocol.state is OPEN:
            self._protocol.send_close()
            self._transport.writelines(self._protocol.data_to_send())
        self._transport.close()
