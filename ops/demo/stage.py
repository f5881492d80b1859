"""What all chapters of the demo share: the shop, the narrator, the product, and helpers that wait."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ops.demo import narrator
from ops.demo.mailbox import has_mail
from ops.demo.narrator import Narrator, Step
from ops.errors import OpsError
from ops.shop import Json, LiveFeed, Shop

PATIENCE_SECONDS = 20.0
FIRST_PRICE = {"amount": "69.00", "currency": "USD"}
PRICE = {"amount": "64.00", "currency": "USD"}
STOCK = 5

Found = TypeVar("Found")


@dataclass
class Stage:
    """The setting of one run of the demo."""

    shop: Shop
    narrator: Narrator
    mailbox: Path | None
    """The folder that mail is written to; None if it goes to a mail server."""
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def sku(self) -> str:
        """The SKU of this run's product."""
        return f"DEMO-{self.run.upper()}"

    def step(self, title: str) -> AbstractContextManager[Step]:
        """One step of the story."""
        return self.narrator.step(title)

    def sign_up(self, name: str, *, role: str) -> Shop:
        """Register a new user of this role."""
        person = self.shop.another_visitor()
        with self.step(f"{name} signs up as a {role}"):
            password = secrets.token_urlsafe(16)
            person.register(email=self._email_of(name), password=password, full_name=f"{name} Lund", role=role)
        return person

    def wait_for_mail(self, mailbox: Path, *, to: str, about: str) -> None:
        """Wait until a person has mail that contains a text."""
        wait_for(lambda: has_mail(mailbox, to=self._email_of(to), about=about), what=f"mail in {mailbox}")

    def wait_for_stock(self, seller: Shop, *, on_hand: int) -> None:
        """Wait until this number is on hand, with none reserved."""
        expected = {"sku": self.sku, "on_hand": on_hand, "reserved": 0, "available": on_hand}
        wait_for(lambda: expected.items() <= seller.stock(self.sku).items(), what=f"{expected}")

    def _email_of(self, name: str) -> str:
        return f"{name.lower()}.{self.run}@example.com"


def wait_for(look: Callable[[], Found | None], *, what: str) -> Found:
    """Call ``look`` until it returns something true, and return that. Raises OpsError after ``PATIENCE_SECONDS``."""
    return narrator.wait_for(look, what=what, within_seconds=PATIENCE_SECONDS)


def open_feed(person: Shop) -> LiveFeed:
    """A person's live feed, once it is ready."""
    feed = person.live_feed()
    feed.wait_for(lambda message: message["type"] == "ready", within_seconds=PATIENCE_SECONDS)
    return feed


def wait_for_event(feed: LiveFeed, event: str) -> Json:
    """The next message of this event. Raises FeedLost."""
    return feed.wait_for(lambda message: message.get("event") == event, within_seconds=PATIENCE_SECONDS)


def expect(actual: object, expected: object) -> None:
    """Raises OpsError unless they are the same."""
    if actual != expected:
        raise OpsError(f"Expected {expected}, found {actual}.")
