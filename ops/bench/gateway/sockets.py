"""What an open WebSocket takes of a process's memory, while nothing is said on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from websockets.asyncio.client import connect

from ops import procfs

FEW, MANY = 400, 2000
_AT_ONCE = 16
_OPEN_SECONDS = 30.0
# What was set aside to open them is given back, or used again.
_REST_SECONDS = 1.0
PATH = "/ws/notifications/"


@dataclass(frozen=True)
class Held:
    """The memory of one process, by how many sockets are open in it."""

    process: str
    few_bytes: int
    many_bytes: int

    @property
    def kib_each(self) -> float:
        """From the difference, so what the process takes anyway does not count."""
        return (self.many_bytes - self.few_bytes) / (MANY - FEW) / 1024


def hold(port: int, tokens: Sequence[str], watched: Mapping[str, int]) -> list[Held]:
    """Open few and then many, spread over these people, and look at the memory of these processes."""
    few, many = asyncio.run(_hold(port, tokens, watched))
    return [Held(name, few[name], many[name]) for name in watched]


async def _hold(port: int, tokens: Sequence[str], watched: Mapping[str, int]) -> list[dict[str, int]]:
    gate = asyncio.Semaphore(_AT_ONCE)
    seen = []
    async with AsyncExitStack() as open_ones:

        async def opened(number: int) -> None:
            async with gate:
                await open_ones.enter_async_context(_socket(port, tokens[number % len(tokens)]))

        for numbers in (range(FEW), range(FEW, MANY)):
            await asyncio.gather(*map(opened, numbers))
            await asyncio.sleep(_REST_SECONDS)
            seen.append({name: sum(map(procfs.pss_bytes, procfs.family_of(pid))) for name, pid in watched.items()})
    return seen


def _socket(port: int, token: str) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}{PATH}",
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        proxy=None,
        ping_interval=None,
        open_timeout=_OPEN_SECONDS,
        close_timeout=_REST_SECONDS,
    )
