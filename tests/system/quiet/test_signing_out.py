"""Whoever is signed out is out, within what was promised: by facts, from user_svc to each gateway process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from common.topology import USERS
from ops.bench.stage import Stage
from ops.platform import Platform
from ops.shop import Refused, Shop
from tests.system.people import PASSWORD, Person, sign_up, wait_until

PROMISED_SECONDS = 2.0


def sign_out(_platform: Platform, person: Person) -> None:
    person.shop.request("POST", "/api/v1/auth/logout/", body={"refresh": person.shop.refresh})


def change_the_password(platform: Platform, person: Person) -> None:
    elsewhere = Shop(platform.url, timeout_seconds=30)
    elsewhere.sign_in(email=person.email, password=PASSWORD)
    elsewhere.request("POST", "/api/v1/auth/password/change/", body={"current": PASSWORD, "new": "a longer walk home"})


def disable_the_account(platform: Platform, person: Person) -> None:
    Stage(platform).manage(USERS, "disable_account", person.email)


@pytest.mark.parametrize("end", [sign_out, change_the_password, disable_the_account])
def test_a_token_and_its_live_feeds_end_in_time_at_every_door(
    platform: Platform, doors: list[str], end: Callable[[Platform, Person], None]
) -> None:
    person = sign_up(platform.url)
    thieves = [Shop(origin, timeout_seconds=30) for origin in doors]
    for thief in thieves:
        thief.access = person.shop.access
    with ExitStack() as stack:
        feeds = [stack.enter_context(way(thief)) for way in (feed_of, feed_by_ticket) for thief in thieves]
        for feed in feeds:
            feed.recv(timeout=10)
        assert not any(map(is_refused, thieves))

        end(platform, person)

        began = time.monotonic()
        wait_until(lambda: all(map(is_refused, thieves)))
        assert set(map(closed_with, feeds)) == {4401}
        assert time.monotonic() - began < PROMISED_SECONDS


def is_refused(shop: Shop) -> bool:
    """By the gateway: order_svc knows nothing of sign-ins."""
    try:
        shop.request("GET", "/api/v1/orders/")
    except Refused as refusal:
        return refusal.status == 401
    return False


def feed_of(shop: Shop) -> ClientConnection:
    bearer = {"Authorization": f"Bearer {shop.access}"}
    return connect(f"ws{shop.origin.removeprefix('http')}/ws/notifications/", additional_headers=bearer, proxy=None)


def feed_by_ticket(shop: Shop) -> ClientConnection:
    ticket = shop.request("POST", "/api/v1/notifications/ticket/")["ticket"]
    return connect(f"ws{shop.origin.removeprefix('http')}/ws/notifications/?ticket={ticket}", proxy=None)


def closed_with(feed: ClientConnection) -> int | None:
    """The code with which it ends, whatever it tells before."""
    with pytest.raises(ConnectionClosed):
        deque(iter(partial(feed.recv, timeout=10), None), maxlen=0)
    return feed.close_code
