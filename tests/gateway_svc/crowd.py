"""Many clients at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.gateway_svc.door import Answer, Door


def crowd(
    door: Door, path: str, *, clients: int, requests: int, meanwhile: Callable[[], None] = lambda: None
) -> list[Answer]:
    """So many requests, made by so many clients of whom each waits for its answer; meanwhile, something happens."""
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(door.ask, "GET", path) for _ in range(requests)]
        meanwhile()
        return [each.result() for each in asked]
