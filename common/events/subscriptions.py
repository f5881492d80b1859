"""Subscribing to facts: a service has at most one handler for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from common.contracts import Contract

F = TypeVar("F", bound=Contract)


class TryAgainLater(Exception):
    """Raised by a handler that cannot finish yet, say because a server did not answer. Retried like a failure."""


class LeftToSweeper(TryAgainLater):
    """Raised by an ``outside`` handler whose remaining work stands in a row that a sweeper will find.

    The fact is retried, since that is sooner. After the last try it counts as handled instead of becoming a dead
    letter: however long the outside server is away, there is nothing for a person to do.
    """


@dataclass(frozen=True)
class Subscription:
    """Which function handles which fact, and whether in a transaction."""

    contract: type[Contract]
    handler: Callable[..., None]
    outside: bool

    @property
    def handler_name(self) -> str:
        """The handler's key in the inbox: the function's bare name, so that it may move to another module."""
        return self.handler.__name__


_subscriptions: dict[str, Subscription] = {}


def subscribe(contract: type[F], *, outside: bool = False) -> Callable[[Callable[[F], None]], Callable[[F], None]]:
    """Declare the function that reacts to a fact.

    Usually the handler's effect, the facts it publishes and its inbox row are one transaction. ``outside=True`` is for
    a handler that talks to the outside world (a card provider, an image codec): it runs on the service's work queue, in
    no transaction. It may run again after a crash, so it must be idempotent by a key of its own.

    Raises TypeError if the service already has a handler for this fact.
    """

    def declare(handler: Callable[[F], None]) -> Callable[[F], None]:
        if contract.name in _subscriptions:
            raise TypeError(f"{contract.name} already has a handler in this service")
        _subscriptions[contract.name] = Subscription(contract, handler, outside)
        return handler

    return declare


def all_subscriptions() -> tuple[Subscription, ...]:
    """All subscriptions of this service, sorted by the facts' names."""
    return tuple(_subscriptions[name] for name in sorted(_subscriptions))


def subscription_to(name: str) -> Subscription | None:
    """The subscription to the fact of this name, if this service has one."""
    return _subscriptions.get(name)
