"""Buying over HTTP/1.1; each buyer has a live feed open, which tells when the order is confirmed."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from common.contracts import OrderConfirmed
from ops.bench.load.http import HOST, Connection, header_lines
from ops.bench.load.jobs import Ordered, OrderJob, Placed
from ops.bench.load.watch import ticks
from ops.errors import OpsError

CREATED = "201"
NOT_LIVE, FEED_LOST = "not live in time", "feed lost"

_LIVE_SECONDS = 30.0
_OPENING_SECONDS = 30.0
_AFTER_AN_ERROR_SECONDS = 0.1
_COMING = 0.1
"""The part of the time over which the buyers' starts are spread, since real people do not all start at once."""


class Feed:
    """A buyer's live feed, which notes when the confirmation of each order arrived."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._told: defaultdict[str, asyncio.Future[float]] = defaultdict(asyncio.get_running_loop().create_future)
        self._following = asyncio.create_task(self._follow())

    async def live_at(self, order_id: str) -> float | None:
        """When the confirmation of this order arrived, waiting if need be; None if the feed is lost or stays silent."""
        told = self._told[order_id]
        waited: set[asyncio.Future[Any]] = {told, self._following}
        await asyncio.wait(waited, timeout=_LIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return told.result() if told.done() else None

    @property
    def is_lost(self) -> bool:
        """Whether the feed was closed."""
        return self._following.done()

    async def _follow(self) -> None:
        try:
            async for message in self._socket:
                now, frame = time.time(), json.loads(message)
                if frame.get("event") == OrderConfirmed.name:
                    told = self._told[frame["data"]["order_id"]]
                    if not told.done():
                        told.set_result(now)
        except ConnectionClosed:
            return


class Buyer:
    """One customer, with a connection and a feed of their own."""

    def __init__(self, job: OrderJob, access: str, feed: Feed) -> None:
        self._connection = Connection(job.port, header_lines({"Host": f"{HOST}:{job.port}", **_credential(access)}))
        self._job = job
        self._feed = feed
        self.placed: list[Placed] = []
        self.errors: Counter[str] = Counter()

    async def buy(self, *, after: float, until: float) -> None:
        """Place one order after another; the last one begun in time is waited for. Stops when the feed is lost."""
        await asyncio.sleep(after)
        while (began := time.perf_counter()) < until and not self._feed.is_lost:
            error = await self._order()
            if error:
                self.errors[error] += 1
            least = max(self._job.pause_seconds, _AFTER_AN_ERROR_SECONDS if error else 0.0)
            await asyncio.sleep(began + least - time.perf_counter())

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()

    async def _order(self) -> str:
        """Place an order and wait until it is live. Returns the name of the error, or nothing."""
        body = _body(self._job)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Idempotency-Key": _key()}
        sent_at = time.time()
        status, answer = await self._connection.send(
            "POST", "/api/v1/orders/", headers=header_lines(headers), body=body
        )
        if status != CREATED:
            return status
        placed = Placed(order_id=json.loads(answer)["id"], sent_at=sent_at, answered_at=time.time())
        self.placed.append(placed)
        placed.live_at = await self._feed.live_at(placed.order_id)
        if placed.live_at is None:
            return FEED_LOST if self._feed.is_lost else NOT_LIVE
        return ""


def run(job: OrderJob) -> Ordered:
    """Open all feeds, and then buy."""
    return uvloop.run(_run(job))


async def _run(job: OrderJob) -> Ordered:
    async with AsyncExitStack() as stack:
        buyers = await _open(job, stack)
        ticks_before, own_before, began_at = ticks(job.watched), time.process_time(), time.time()
        until, apart = time.perf_counter() + job.seconds, _COMING * job.seconds / len(buyers)
        await asyncio.gather(*(buyer.buy(after=place * apart, until=until) for place, buyer in enumerate(buyers)))
        own = time.process_time() - own_before
        for buyer in buyers:
            buyer.leave()
    return Ordered(
        began_at=began_at,
        placed=list(itertools.chain.from_iterable(buyer.placed for buyer in buyers)),
        errors=dict(sum((buyer.errors for buyer in buyers), Counter())),
        ticks_before=ticks_before,
        cpu_seconds=own,
    )


async def _open(job: OrderJob, stack: AsyncExitStack) -> Sequence[Buyer]:
    """All buyers, once every feed has said that it is ready."""
    try:
        async with asyncio.timeout(_OPENING_SECONDS):
            feeds = await asyncio.gather(*(_open_feed(job, access, stack) for access in job.buyers))
    except (OSError, WebSocketException) as error:
        raise OpsError(f"The live feeds did not open: {error!r}") from error
    return [Buyer(job, access, feed) for access, feed in zip(job.buyers, feeds, strict=True)]


async def _open_feed(job: OrderJob, access: str, stack: AsyncExitStack) -> Feed:
    # Without compression and pings, whose work in the client should not be measured.
    connecting = connect(
        f"ws://{HOST}:{job.port}/ws/notifications/",
        additional_headers=_credential(access),
        compression=None,
        ping_interval=None,
        open_timeout=_OPENING_SECONDS,
        close_timeout=1,
        proxy=None,
    )
    socket = await stack.enter_async_context(connecting)
    await socket.recv()
    return Feed(socket)


def _body(job: OrderJob) -> bytes:
    order: dict[str, Any] = {
        "items": [{"sku": random.choice(job.skus), "quantity": 1}],  # noqa: S311 - a customer's taste
        "shipping_address": job.address,
        "payment": {"provider": "sandbox", "token": "tok_success"},
    }
    return json.dumps(order).encode()


def _credential(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}


def _key() -> str:
    return uuid.uuid4().hex
