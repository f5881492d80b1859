"""Those who wait for a place at a service that has as many requests as it can work on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from gateway_svc.gateway.errors import Overloaded, Stuck, UpstreamSpared

PATIENCE_SECONDS = 5.0
"""Whoever has waited so long is told to come back."""
STANDING_SECONDS = 0.2
"""Where the first has waited so long, the line stands."""
RUSH_SECONDS = 3.0
"""Where it has stood for so long, this is no rush that will be over in a moment: more come than can be served."""
MOST_WAITING = 1000
SOON_SECONDS = 1.0
"""When those who are told to come back may find a place."""

Place = asyncio.Future[None]


class Line:
    """First come, first served – unless the line stands: then whoever came last is served first, until it is empty.

    A short rush is served whole. When more come than can be served, somebody has to be turned away whatever the order;
    served in turn, all others would have waited for nearly as long as they bear. So those who would have to wait are
    turned away, soon, and the others hardly wait (Facebook, Fail at Scale, 2015: adaptive LIFO and controlled delay;
    RFC 8289: a queue is bad when it stands, not when it is long).
    """

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back = give_back
        self._waiting: deque[tuple[float, Place]] = deque()
        self._stands_since: float | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(self, now: float) -> None:
        """For a place. Raises Overloaded; Stuck after all its patience; what the line is dissolved with."""
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded(SOON_SECONDS)
        loop = asyncio.get_running_loop()
        place: Place = loop.create_future()
        entry = now, place
        self._waiting.append(entry)
        timer = loop.call_later(PATIENCE_SECONDS, self._refuse, place, Stuck)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and not place.exception():
                self._give_back()  # it was handed over at the moment when nobody wanted it any more
            else:
                with suppress(ValueError):  # refused at that moment
                    self._waiting.remove(entry)
            raise
        finally:
            timer.cancel()

    def hand_over(self, now: float) -> bool:
        """A place is free: give it to the next; False where nobody waits."""
        self._look(now)
        while self._waiting:
            _, place = self._waiting.popleft() if self._stands_since is None else self._waiting.pop()
            if not place.done():
                place.set_result(None)
                return True
        self._stands_since = None
        return False

    def dissolve(self, why: Callable[[], UpstreamSpared]) -> None:
        """All are turned away, at once."""
        while self._waiting:
            _, place = self._waiting.popleft()
            if not place.done():
                place.set_exception(why())
        self._stands_since = None

    def _look(self, now: float) -> None:
        """Whether it stands, and if it has for long, who has waited too long for that."""
        if not self._waiting or now - self._waiting[0][0] <= STANDING_SECONDS:
            return
        if self._stands_since is None:
            self._stands_since = now
        elif now - self._stands_since > RUSH_SECONDS:
            while self._waiting and now - self._waiting[0][0] > STANDING_SECONDS:
                self._refuse(self._waiting[0][1])

    def _refuse(self, place: Place, why: type[Overloaded] = Overloaded) -> None:
        if not place.done():
            place.set_exception(why(SOON_SECONDS))
        # All are equally patient, so whoever gives up is among the first.
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()
