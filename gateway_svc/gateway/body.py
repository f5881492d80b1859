"""Request bodies: received whole and in time, before the service is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import IO

from gateway_svc.gateway.asgi import Receive
from gateway_svc.gateway.problems import BodyBrokenOff, ClientTooSlow

_PIECE_BYTES = 64 * 1024


async def chunks(receive: Receive, *, idle_seconds: float) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises BodyBrokenOff, or ClientTooSlow."""
    more = True
    while more:
        try:
            async with asyncio.timeout(idle_seconds):
                message = await receive()
        except TimeoutError:
            raise ClientTooSlow from None
        if message["type"] == "http.disconnect":
            # Either the client has gone, or its chunks could not be parsed: then it waits for an answer.
            raise BodyBrokenOff
        more = message.get("more_body", False)
        if body := message.get("body"):
            yield body


async def gather(receive: Receive, into: IO[bytes], *, idle_seconds: float, within: float) -> int:
    """Take the whole body into a file; returns its length. Raises BodyBrokenOff, or ClientTooSlow."""
    try:
        async with asyncio.timeout(within):
            async for chunk in chunks(receive, idle_seconds=idle_seconds):
                into.write(chunk)
    except TimeoutError:
        raise ClientTooSlow from None
    return into.tell()


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A gathered body from its beginning."""
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        yield piece
