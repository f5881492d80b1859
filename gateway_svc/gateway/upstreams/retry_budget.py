"""How many requests may be made again, so that trouble does not make more trouble."""

from __future__ import annotations

from gateway_svc.gateway.upstreams.window import Window

WINDOW_SECONDS = 10
SHARE = 0.2
ALWAYS = 6
"""Where there were few requests: to tell an instance that fails from one that failed once takes five."""


class RetryBudget:
    """A fifth of the last seconds' requests, or a few. Who comes when it is spent is not made to wait: they would be
    one more who asks a service that has trouble already. ``now`` is any clock that only goes forward.
    """

    def __init__(self) -> None:
        self._requests = Window(WINDOW_SECONDS)
        """Those made again are those that did not go well."""

    def note(self, now: float) -> None:
        """A request is made for the first time."""
        self._requests.note(is_good=True, now=now)

    def spend(self, now: float) -> bool:
        """Whether one more may be made again."""
        first, again = self._requests.totals(now)
        if again >= max(ALWAYS, int(SHARE * first)):
            return False
        self._requests.note(is_good=False, now=now)
        return True
