"""The live feed: a WebSocket on which a person's notifications arrive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import AuthenticationFailed

from common.api import assertion
from common.api.authentication import principal_of
from common.api.holder import HEADER, Holder
from common.errors import DomainError
from common.observability import metrics
from common.observability.correlation import correlated
from notify_svc.notifications import selectors, services
from notify_svc.notifications.adapters.outflow import Outflow
from notify_svc.notifications.models import Notification

BATCH = 100
LOOK_EVERY_SECONDS = 5.0
"""How often the database is polled, in case a wake-up was lost."""

TAKE_SECONDS = 30.0
"""How long a client may take to read what it was sent before. The gateway is less patient."""

# HTTP's status codes plus 4000: of the WebSocket protocol's own codes, the server beneath us closes only with 1000.
BAD_REQUEST, UNAUTHENTICATED, INTERNAL_ERROR, UNAVAILABLE = 4400, 4401, 4500, 4503
TOO_SLOW = 4008
"""The gateway uses the same code."""
_MAX_SEQUENCE_DIGITS = 18
_OUT_OF_REACH = (OperationalError, InterfaceError)

_OPEN = metrics.gauge("opencommerce_live_feeds_open", "Live feeds that are open now, their readers known.")
_SENT = metrics.counter("opencommerce_live_notifications_total", "Notifications that were sent on live feeds.")
_REFUSED = metrics.counter("opencommerce_live_refused_total", "Live feeds that were refused, by close code.", "code")

logger = logging.getLogger(__name__)
read = database_sync_to_async


class Refused(Exception):
    """The socket is closed with this code, and the message as the reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(reason)


class LiveFeed(AsyncJsonWebsocketConsumer):
    """One connection: the notifications that its person missed, then the new ones, each once and in order."""

    # No channel layer: with one, sockets would be refused while Redis is away. services.listen waits for it instead.
    channel_layer_alias = "none"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.following: asyncio.Task[None] | None = None
        self.woken = asyncio.Event()
        with correlated(self.headers.get("x-request-id", ""), self.headers.get("traceparent", "")):
            try:
                await super().__call__(scope, receive, send)
            finally:
                if self.following:
                    self.following.cancel()

    async def connect(self) -> None:
        try:
            holder = await self._authenticate()
            after = self._after()
        except Refused as refusal:
            _REFUSED.labels(str(refusal.code)).inc()
            logger.info("socket refused: %s", refusal, extra={"close_code": refusal.code})
            await self._accept({})
            await self.close(code=refusal.code, reason=str(refusal))
            return
        await self._accept({HEADER: str(holder)})
        self.outflow = Outflow(self.base_send)
        self.user_id = UUID(holder.user_id)
        self.following = asyncio.create_task(self._follow(after))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Ignore what a client sends: the feed goes one way."""

    async def _accept(self, headers: dict[str, str]) -> None:
        subprotocol = "bearer" if "bearer" in self.scope["subprotocols"] else None
        # Daphne drops the headers of the ASGI message, but passes the subprotocol on to autobahn, which accepts a pair
        # of subprotocol and headers.
        await self.accept(subprotocol=(subprotocol, headers))

    async def _authenticate(self) -> Holder:
        if "ticket" in self.query:
            return await self._holder_of_ticket(self.query["ticket"][0])
        try:
            principal = principal_of(self.headers.get(assertion.HEADER.lower(), ""))
        except AuthenticationFailed as error:
            raise Refused(UNAUTHENTICATED, str(error.detail)) from None
        if principal.id is None:
            raise Refused(UNAUTHENTICATED, "Sign in to follow your notifications.")
        return Holder(str(principal.id), principal.session_id)

    async def _holder_of_ticket(self, ticket: str) -> Holder:
        # A browser always sends the page's origin; other clients cannot be abused by a page of another site.
        if self.headers.get("origin", _public_origin()) != _public_origin():
            raise Refused(UNAUTHENTICATED, "A ticket is good only on the shop's own pages.")
        try:
            # Not with ``read``: all reads from the database share one thread, and must not wait for Redis.
            holder = await asyncio.to_thread(services.redeem_ticket, ticket=ticket)
        except DomainError as error:
            raise Refused(4000 + error.status, error.detail) from None
        return holder

    def _after(self) -> int | None:
        """The last sequence number that the client has seen; None if it wants only new notifications."""
        given = self.query.get("after")
        if given is None:
            return None
        digits = given[0]
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_SEQUENCE_DIGITS):
            raise Refused(BAD_REQUEST, "after is the last sequence you have seen: a whole number, 0 or more.")
        return int(digits)

    async def _follow(self, after: int | None) -> None:
        """Greet, then send what is new, as long as the socket is open."""
        listening = asyncio.create_task(services.listen(self.user_id, self.woken.set))
        try:
            await self._greet(after)
            with _lookout.over(self):
                await self._live()
        except _OUT_OF_REACH:
            await self._end(UNAVAILABLE)
        except TimeoutError:
            await self._end(TOO_SLOW)
        except Exception:
            logger.exception("a live feed broke")
            await self._end(INTERNAL_ERROR)
        finally:
            listening.cancel()

    async def _end(self, code: int) -> None:
        self.outflow.end()
        await self.close(code=code)

    async def _greet(self, after: int | None) -> None:
        last = await read(selectors.last_sequence_of)(user_id=self.user_id)
        unread_count = await read(selectors.unread_count_of)(user_id=self.user_id)
        # A client that has seen more than there is knows another database; it gets only new notifications, too.
        self.sent = last if after is None else min(after, last)
        await self.send_json({"type": "ready", "unread_count": unread_count})

    async def _live(self) -> None:
        while True:
            # While the database is out of reach, an open socket only waits.
            with suppress(*_OUT_OF_REACH):
                await self._catch_up()
            await self.woken.wait()
            self.woken.clear()

    async def _catch_up(self) -> None:
        """Send all live notifications after the last that was sent, as fast as the client reads them.

        What is new is read from the database, not from wake-ups. Raises TimeoutError.
        """
        while True:
            notifications = await read(selectors.notifications_after)(
                user_id=self.user_id, sequence=self.sent, limit=BATCH
            )
            for notification in notifications:
                if notification.is_live:
                    await self.outflow.free(within=TAKE_SECONDS)
                    await self.send_json(_message(notification))
                    _SENT.inc()
                self.sent = notification.sequence
            if len(notifications) < BATCH:
                return


class _Lookout:
    """Polls the database for all open feeds at once, since their wake-ups may be lost."""

    def __init__(self) -> None:
        self._feeds: set[LiveFeed] = set()
        _OPEN.set_function(lambda: len(self._feeds))
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, feed: LiveFeed) -> Iterator[None]:
        """Include a feed for as long as it is open."""
        self._feeds.add(feed)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._feeds.discard(feed)

    async def _look(self) -> None:
        while self._feeds:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            with suppress(*_OUT_OF_REACH):
                user_ids = {feed.user_id for feed in self._feeds}
                last_sequences = await read(selectors.last_sequences_of)(user_ids=user_ids)
                for feed in self._feeds:
                    if feed.sent < last_sequences.get(feed.user_id, 0):
                        feed.woken.set()


_lookout = _Lookout()


def _message(notification: Notification) -> dict[str, Any]:
    return {
        "type": "notification",
        "id": str(notification.id),
        "sequence": notification.sequence,
        "event": notification.event,
        "title": notification.title,
        "body": notification.body,
        "data": notification.data,
        "created_at": notification.created_at.isoformat().replace("+00:00", "Z"),
    }


def _public_origin() -> str:
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{parts.netloc}"
