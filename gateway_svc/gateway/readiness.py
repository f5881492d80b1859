"""Asking the gateway's own database, from outside Django's handler."""

from __future__ import annotations

import asyncio

from django.db import connections

from common.observability import health


async def database_answers() -> bool:
    """The database takes a question. Raises what it answers otherwise."""
    await asyncio.to_thread(_ask)
    return True


def _ask() -> None:
    try:
        health.database()
    finally:
        # Threads come and go; a connection that stayed in one would stay for good.
        connections.close_all()
