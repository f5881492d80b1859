"""A circuit breaker for Redis: while that hangs, each call would take as long as its timeout."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from common.caching import measures
from common.observability import metrics

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)


class LeftAlone(RedisError):
    """The circuit is open: Redis failed a moment ago, and was not asked."""


class Circuit:
    """Opens after a failure; then one thread at a time tries, until that succeeds. There is one for each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._try_again_at: float | None = None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """For calls that can be skipped. Raises LeftAlone, which is a RedisError, while the circuit is open."""
        if not self._lets_through():
            raise LeftAlone
        with self.watched():
            yield

    @contextmanager
    def watched(self) -> Iterator[None]:
        """For calls that must be made even so. The outcome opens or closes the circuit."""
        try:
            yield
        except RedisError as error:
            self._open(error)
            raise
        self._close()

    def _lets_through(self) -> bool:
        if self._try_again_at is None:
            return True
        with self._lock:
            if self._try_again_at is not None and time.monotonic() < self._try_again_at:
                return False
            # This thread tries; the others go on without Redis meanwhile.
            self._try_again_at = time.monotonic() + PAUSE_SECONDS
            return True

    def _open(self, error: RedisError) -> None:
        with self._lock:
            if self._try_again_at is None:
                logger.warning("no cache for now: %r", error)
            self._try_again_at = time.monotonic() + PAUSE_SECONDS
        measures.CIRCUIT_IS_OPEN.set(1)
        metrics.OUT_OF_REACH.labels("redis").inc()

    def _close(self) -> None:
        if self._try_again_at is None:
            return
        with self._lock:
            self._try_again_at = None
        measures.CIRCUIT_IS_OPEN.set(0)
        logger.info("the cache is back")
