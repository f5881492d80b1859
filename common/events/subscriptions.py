"""Reacting to a fact: one handler a fact a service, declared where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from common.contracts import Contract

F = TypeVar("F", bound=Contract)


class TryAgainLater(Exception):
    """Raised by a handler that cannot know yet, such as when a server did not answer: retried like a failure."""


class LeftToSweeper(TryAgainLater):
    """Raised by a handler outside of any transaction that wrote down what is left to do, so that a sweeper finds it.

    It is tried again, since that is sooner, and after the last try counts as handled: however long somebody outside is
    away, there is nothing for a person to do.
    """


@dataclass(frozen=True)
class Subscription:
    """Which function hears which fact, and how."""

    contract: type[Contract]
    handler: Callable[..., None]
    outside: bool

    @property
    def handler_name(self) -> str:
        """What the inbox knows the handler by: its function's name, so that it may move between modules."""
        return self.handler.__name__


_subscriptions: dict[str, Subscription] = {}


def subscribe(contract: type[F], *, outside: bool = False) -> Callable[[Callable[[F], None]], Callable[[F], None]]:
    """Declare the function that reacts to a fact.

    Usually the handler's effect, its own facts and the note that it ran are one transaction. ``outside=True`` is for
    one that talks to the outside world (a card provider, a picture codec): it runs on the service's work queue, in no
    transaction, may run again after a crash, and therefore must be idempotent by itself.
    """

    def declare(handler: Callable[[F], None]) -> Callable[[F], None]:
        if contract.name in _subscriptions:
            raise TypeError(f"{contract.name} already has a handler in this service")
        _subscriptions[contract.name] = Subscription(contract, handler, outside)
        return handler

    return declare


def all_subscriptions() -> tuple[Subscription, ...]:
    """What this service reacts to, by the facts' names."""
    return tuple(_subscriptions[name] for name in sorted(_subscriptions))


def subscription_to(name: str) -> Subscription | None:
    """The reaction to the fact of this name, if this service has one."""
    return _subscriptions.get(name)
