"""Giving what is kept, and saying how it came."""

from __future__ import annotations

import time
from functools import lru_cache

from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import Scope, Send
from gateway_svc.gateway.cache.entry import Entry
from gateway_svc.gateway.cache.question import Question
from gateway_svc.gateway.conditions import is_known
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.heads import lines_of

_HOW = {
    "hit": b"hit",
    "stale": b"hit",
    "miss": b"fwd=uri-miss; stored",
    "unkept": b"fwd=uri-miss",
    "collapsed": b"fwd=uri-miss; collapsed",
}


async def give(entry: Entry, question: Question, scope: Scope, send: Send, how: str) -> None:
    """Send it, with how it came (RFC 9211) and how old it is."""
    note(scope["exchange"], how)
    marks = _marks(_HOW[how], *_times(entry))
    if _is_known(entry, question):
        status, headers, body = 304, [*entry.not_modified, *marks], b""
    else:
        status, headers, body = 200, [*entry.headers, *marks], b"" if scope["method"] == "HEAD" else entry.body
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def hit(entry: Entry, question: Question, scope: Scope) -> tuple[bytes, bytes]:
    """The same for the server's short way: the lines of its head, and its body."""
    exchange: Exchange = scope["exchange"]
    note(exchange, "hit")
    marks = _mark_lines(*_times(entry))
    if _is_known(entry, question):
        exchange.status = 304
        return entry.not_modified_lines + marks, b""
    exchange.status = 200
    return entry.lines + marks, b"" if scope["method"] == "HEAD" else entry.body


def _is_known(entry: Entry, question: Question) -> bool:
    return bool(question.if_none_match and entry.etag) and is_known(entry.etag, question.if_none_match)


def _times(entry: Entry) -> tuple[int, int]:
    """How many seconds it is still fresh, and how old it is."""
    now = time.monotonic()
    return int(entry.fresh_until - now), int(now - entry.born_at)


@lru_cache(maxsize=1024)
def _marks(how: bytes, seconds_left: int, age: int) -> tuple[tuple[bytes, bytes], ...]:
    return (b"age", b"%d" % age), cache_status(b"%b; ttl=%d" % (how, seconds_left))


@lru_cache(maxsize=1024)
def _mark_lines(seconds_left: int, age: int) -> bytes:
    return lines_of(_marks(_HOW["hit"], seconds_left, age))


def cache_status(how: bytes) -> tuple[bytes, bytes]:
    """How an answer came, for whoever gets it (RFC 9211)."""
    return b"cache-status", b"opencommerce; %b" % how


def note(exchange: Exchange, how: str) -> None:
    """For the access log and the metrics."""
    exchange.cache = how
    measures.cache_reads(how).inc()
