"""The response cache, for reads of the catalogue that are the same for everybody."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Collection

import msgspec

from gateway_svc.catalogue import rules
from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send
from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.cache.entry import Entry
from gateway_svc.gateway.cache.filling import Filling
from gateway_svc.gateway.cache.giving import cache_status, give, note
from gateway_svc.gateway.cache.question import Question, plain_question_of, question_of
from gateway_svc.gateway.cache.store import Key, Store
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.failures import in_words
from gateway_svc.gateway.inner import InnerAnswer
from gateway_svc.gateway.problems import Problem

logger = logging.getLogger(__name__)

_READS = frozenset({"GET", "HEAD"})
# These change nothing (RFC 9110, 9.2.1).
_SAFE = _READS | {"OPTIONS", "TRACE"}
# How long a path whose response could not be cached is passed on without trying again.
_GO_BY_SECONDS = 10.0
_REMEMBERED = 2000
_AGAIN_SECONDS = 0.5
_BYPASSED, _MISSED, _WRITTEN = map(cache_status, (b"fwd=bypass", b"fwd=uri-miss", b"fwd=method"))


class Cache:
    """Reuses a response as long as the service allows (RFC 9111, RFC 5861), for everybody, signed in or not.

    It is used only while invalidations are heard, and emptied whenever some may have been missed.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, always: Headers) -> None:
        self.app = app
        self._is_on = most_bytes > 0
        self._is_told = False
        self._store = Store(most_bytes)
        self._filling = Filling(app, self._store, always)
        self._goes_by: BoundedCache[Key, Question] = BoundedCache(_REMEMBERED)
        measures.CACHE_BYTES.set_function(lambda: self._store.bytes)
        measures.CACHE_ENTRIES.set_function(lambda: len(self._store))

    async def begin(self) -> None:
        """From now on invalidations are heard."""
        self.purge((rules.EVERYTHING,))
        self._is_told = self._is_on

    def hear(self, message: str) -> None:
        """Some groups of responses are stale.

        They are purged twice: the fact may be faster than the service, which invalidates its own cache after its
        commit, and what was fetched in between was stale already.
        """
        try:
            groups = msgspec.json.decode(message, type=list[str])
        except msgspec.DecodeError:
            logger.warning("no groups: %.100r", message)
            groups = [rules.EVERYTHING]
        self.purge(groups)
        asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self.purge, groups)

    async def lose(self) -> None:
        """Invalidations are no longer heard."""
        if self._is_told:
            self._is_told = False
            self.purge((rules.EVERYTHING,))

    def purge(self, groups: Collection[str]) -> None:
        """Drop what belongs to these groups, and do not keep what is being fetched for them now."""
        self._store.drop(groups)
        self._filling.outdate(groups)
        self._goes_by.clear()
        measures.CACHE_PURGES.inc()

    def holds(self, scope: Scope) -> bool:
        """Whether it has a fresh response to this request."""
        if not self._is_told or scope["method"] not in _READS or not rules.is_read_at(scope["path"]):
            return False
        question = question_of(scope)
        entry = self._store.get(question.key) if question else None
        return entry is not None and time.monotonic() < entry.fresh_until

    def at_hand(self, scope: Scope) -> tuple[Entry, Question] | None:
        """A fresh response to a plain request, for the fast path, before any middleware has looked at the request.

        Its path is known to be good, since it went through all middleware when the response was fetched. A token that
        the request carries has yet to be checked.
        """
        if not self._is_told or scope["method"] not in _READS or not rules.is_read_at(scope["path"]):
            return None
        question = plain_question_of(scope)
        entry = self._store.get(question.key) if question else None
        if question is None or entry is None or time.monotonic() >= entry.fresh_until:
            return None
        return entry, question

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["method"] in _READS and rules.is_read_at(scope["path"]):
            return (self._answer if self._is_told else self._pass)(scope, receive, send)
        written = rules.groups_written_at(scope["path"]) if scope["method"] not in _SAFE else ()
        return self._write(written, scope, receive, send) if written else self.app(scope, receive, send)

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        question = question_of(scope)
        if question is None:
            return self._pass(scope, receive, send)
        entry = self._store.get(question.key)
        if entry is not None:
            now = time.monotonic()
            if now < entry.fresh_until:
                return give(entry, question, scope, send, "hit")
            if now < entry.unquestioned_until:
                self._filling.behind(question, scope, entry)
                return give(entry, question, scope, send, "stale")
        elif self._goes_by.get(question.key):
            return self._pass(scope, receive, send)
        return self._read(question, entry, scope, receive, send)

    async def _read(self, question: Question, stale: Entry | None, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        try:
            filled, is_first = await self._filling.fill(question, scope, stale, receive)
        except Problem:
            if last := self._last_resort(question, stale):
                return await give(last, question, scope, send, "stale")
            raise
        exchange.instance = filled.answer.instance
        if filled.entry is not None:
            how = ("miss" if filled.is_kept else "unkept") if is_first else "collapsed"
            return await give(filled.entry, question, scope, send, how)
        is_answered = is_first and exchange.principal.is_anonymous
        if filled.answer.status >= 500:
            if last := self._last_resort(question, stale):
                return await give(last, question, scope, send, "stale")
            if not is_answered and (problem := in_words(filled.answer.status)):
                raise problem
        else:
            self._goes_by.put(question.key, question, seconds=_GO_BY_SECONDS)
        if is_answered:
            return await self._tell(filled.answer, scope, send)
        return await self._pass(scope, receive, send)

    def _last_resort(self, question: Question, stale: Entry | None) -> Entry | None:
        """A stale response for while the service fails (stale-if-error); the next requests get it without waiting."""
        if stale is None or self._store.get(question.key) is not stale or time.monotonic() >= stale.good_until:
            return None
        stale.bear_with()
        return stale

    def _pass(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on to the service."""
        exchange: Exchange = scope["exchange"]
        note(exchange, "bypass")
        exchange.marks.append(_BYPASSED)
        return self.app(scope, receive, send)

    async def _tell(self, answer: InnerAnswer, scope: Scope, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        note(exchange, "miss")
        exchange.marks.append(_MISSED)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def _write(self, written: Collection[str], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Purge what a successful write made stale before its response is sent."""

        async def send_purged(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self.purge(written)
            await send(message)

        scope["exchange"].marks.append(_WRITTEN)
        return self.app(scope, receive, send_purged)
