"""Traffic of many people, while something else happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable


class Crowd:
    """Repeats each act in a thread of its own until the context ends."""

    def __init__(self, acts: Iterable[Callable[[], object]], *, pause_seconds: float = 0.0) -> None:
        self._pause_seconds = pause_seconds
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(act,)) for act in acts]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, act: Callable[[], object]) -> None:
        while not self._is_over.wait(self._pause_seconds):
            act()
