"""Giving what is kept, and saying how it came."""

from __future__ import annotations

import time
from functools import lru_cache

from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import Answer, Scope, Send
from gateway_svc.gateway.cache.entry import Entry
from gateway_svc.gateway.cache.question import Question
from gateway_svc.gateway.conditions import is_known
from gateway_svc.gateway.exchange import Exchange

_HOW = {
    "hit": b"hit",
    "stale": b"hit",
    "miss": b"fwd=uri-miss; stored",
    "unkept": b"fwd=uri-miss",
    "collapsed": b"fwd=uri-miss; collapsed",
}


async def give(entry: Entry, question: Question, scope: Scope, send: Send, how: str) -> None:
    """Send it."""
    status, headers, body = given(entry, question, scope, how)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def given(entry: Entry, question: Question, scope: Scope, how: str) -> Answer:
    """As much of it as is needed, with how it came (RFC 9211) and how old it is."""
    note(scope["exchange"], how)
    marks = _marks(_HOW[how], int(entry.fresh_until - (now := time.monotonic())), int(now - entry.born_at))
    if question.if_none_match and entry.etag and is_known(entry.etag, question.if_none_match):
        return 304, [*entry.not_modified, *marks], b""
    return 200, [*entry.headers, *marks], b"" if scope["method"] == "HEAD" else entry.body


@lru_cache(maxsize=1024)
def _marks(how: bytes, seconds_left: int, age: int) -> tuple[tuple[bytes, bytes], ...]:
    return (b"age", b"%d" % age), cache_status(b"%b; ttl=%d" % (how, seconds_left))


def cache_status(how: bytes) -> tuple[bytes, bytes]:
    """How an answer came, for whoever gets it (RFC 9211)."""
    return b"cache-status", b"opencommerce; %b" % how


def note(exchange: Exchange, how: str) -> None:
    """For the access log and the metrics."""
    exchange.cache = how
    measures.cache_reads(how).inc()
