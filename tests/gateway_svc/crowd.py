"""Many clients at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.gateway_svc.door import Answer, Door


def crowd(
    door: Door, path: str, *, clients: int, requests: int, meanwhile: Callable[[], None] = lambda: None
) -> list[Answer]:
    """Make requests from a number of clients, each of which waits for its responses; call ``meanwhile`` during that."""
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(door.ask, "GET", path) for _ in range(requests)]
        meanwhile()
        return [each.result() for each in asked]


@contextmanager
def stream(door: Door, path: str, *, clients: int) -> Iterator[list[int]]:
    """Make requests until the context is left; yields the growing list of their statuses."""
    statuses: list[int] = []
    is_over = threading.Event()

    def come() -> None:
        while not is_over.is_set():
            statuses.append(door.ask("GET", path).status)

    with ThreadPoolExecutor(clients) as pool:
        coming = [pool.submit(come) for _ in range(clients)]
        try:
            yield statuses
        finally:
            is_over.set()
            for each in coming:
                each.result()
