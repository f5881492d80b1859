"""Asking a service for what is not kept: once for all who want it, and in nobody's name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from gateway_svc.catalogue import rules
from gateway_svc.catalogue.rules import EVERYTHING, Groups, pages_of
from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope
from gateway_svc.gateway.cache.entry import Entry, entry_of
from gateway_svc.gateway.cache.question import Question
from gateway_svc.gateway.cache.store import Key, Store
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.inner import JSON, Inner, InnerAnswer
from gateway_svc.gateway.principals import ANONYMOUS

_NOT_MODIFIED = 304
_SERVER_ERROR = 500
# Whoever waits for another's answer for so long has somebody else ask.
LOCK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it."""

    answer: InnerAnswer
    entry: Entry | None
    """What everybody who waited may be given."""
    is_kept: bool


@dataclass(eq=False, slots=True)
class Fill:
    """A question that is being asked."""

    key: Key
    old: set[str] = field(default_factory=set)
    """What has become old since it was begun."""
    waiting: int = 0
    task: asyncio.Task[Filled] = field(init=False)

    def is_old(self, groups: Groups) -> bool:
        """What is answered may be from before a change."""
        return EVERYTHING in self.old or not groups.isdisjoint(self.old)


class _Named(msgspec.Struct):
    id: str = ""
    slug: str = ""


class Filling:
    """The questions under way. They end when the last who waits has gone."""

    def __init__(self, app: ASGIApp, store: Store, always: Headers) -> None:
        self._app = app
        self._always = always
        self._store = store
        self._open: dict[Key, Fill] = {}
        self._under_way: set[Fill] = set()

    def outdate(self, groups: Iterable[str]) -> None:
        """Something has changed: what is under way may have been read before, so nobody joins it any more."""
        self._open.clear()
        for fill in self._under_way:
            fill.old.update(groups)

    def join(
        self, question: Question, scope: Scope, stale: Entry | None, *, instead_of: Fill | None = None
    ) -> tuple[Fill, bool]:
        """The question that is being asked already, or a new one; and whether it is new."""
        fill = self._open.get(question.key)
        if fill is not None and fill is not instead_of:
            return fill, False
        fill = self._open[question.key] = Fill(question.key)
        self._under_way.add(fill)
        fill.task = asyncio.create_task(self._run(fill, question, scope, stale))
        return fill, True

    def behind(self, question: Question, scope: Scope, stale: Entry) -> None:
        """Ask anew while the stale answer is given."""
        fill, is_new = self.join(question, scope, stale)
        if is_new:
            fill.waiting += 1
            fill.task.add_done_callback(lambda task: _bear_with(stale, task))

    async def fill(
        self, question: Question, scope: Scope, stale: Entry | None, receive: Receive
    ) -> tuple[Filled, bool]:
        """What comes of asking, and whether it was done for this one first; who asked before may hang for ever."""
        fill, is_first = self.join(question, scope, stale)
        try:
            return await self.wait(fill, receive, within=None if is_first else LOCK_SECONDS), is_first
        except TimeoutError:
            fill, is_first = self.join(question, scope, stale, instead_of=fill)
            return await self.wait(fill, receive), is_first

    async def wait(self, fill: Fill, receive: Receive, *, within: float | None = None) -> Filled:
        """What comes of it. Raises what the way to the service raises, ClientGone, and TimeoutError."""
        fill.waiting += 1
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({fill.task, gone}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if fill.task.done():
                return fill.task.result()
            raise ClientGone if gone.done() else TimeoutError
        finally:
            gone.cancel()
            fill.waiting -= 1
            if not fill.waiting:
                self._close(fill)
                fill.task.cancel()

    async def _run(self, fill: Fill, question: Question, scope: Scope, stale: Entry | None) -> Filled:
        headers = [JSON, (b"if-none-match", stale.etag)] if stale and stale.etag else [JSON]
        route = scope["exchange"].route
        inner = Inner(scope["path"], scope["raw_path"], question.query, route, ANONYMOUS, headers)
        try:
            answer = await inner.ask(self._app, scope)
            if answer.status == _NOT_MODIFIED and stale is not None:
                entry: Entry | None = stale
                stale.confirm()
            else:
                entry = entry_of(answer, _groups(scope["path"], answer), route, self._always)
            return Filled(answer, entry, is_kept=self._keep(fill, answer, entry))
        finally:
            self._under_way.discard(fill)
            self._close(fill)

    def _keep(self, fill: Fill, answer: InnerAnswer, entry: Entry | None) -> bool:
        if entry is not None:
            return not fill.is_old(entry.groups) and self._store.put(fill.key, entry)
        if answer.status < _SERVER_ERROR:  # so what is kept is not true any more
            self._store.forget(fill.key)
        return False

    def _close(self, fill: Fill) -> None:
        """Nobody joins it any more."""
        if self._open.get(fill.key) is fill:
            del self._open[fill.key]


def _groups(path: str, answer: InnerAnswer) -> Groups:
    """A product's page is asked for by its id or by its slug, and belongs to both."""
    groups = rules.groups_of(path)
    try:
        named = msgspec.json.decode(answer.body, type=_Named)
    except msgspec.DecodeError:
        return groups
    return groups | pages_of((named.id, named.slug))


def _bear_with(stale: Entry, task: asyncio.Task[Filled]) -> None:
    if task.cancelled():
        return
    if task.exception() is not None or task.result().answer.status >= _SERVER_ERROR:
        stale.bear_with()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
