"""Readiness probes of the supervisor."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 3.0


async def answers(probe: str) -> bool:
    """Whether the port accepts connections (``tcp:PORT``), or the URL answers 200 or 204."""
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            if probe.startswith("tcp:"):
                return await _accepts(int(probe.removeprefix("tcp:")))
            return await _succeeds(probe)
    except (OSError, TimeoutError, EOFError, ValueError):
        return False


async def _accepts(port: int) -> bool:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    await _close(writer)
    return True


async def _succeeds(url: str) -> bool:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    status_line = await reader.readline()
    await _close(writer)
    return status_line.split(b" ")[1:2] in ([b"200"], [b"204"])


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
