"""The gateway's own questions to a service."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.errors import UpstreamError, UpstreamGarbled, UpstreamTimedOut
from gateway_svc.gateway.request_head import PATIENCE_HEADER
from gateway_svc.gateway.upstreams.answer import body_of
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.connection import Connection
from gateway_svc.gateway.upstreams.instance import Instance
from gateway_svc.gateway.upstreams.lease import UNWELL, Lease
from gateway_svc.gateway.upstreams.wire import Head

_LARGEST_BYTES = 1024 * 1024
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Question:
    """A small request, in the gateway's own name or in somebody's."""

    path: str
    method: str = "GET"
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    # A service takes few names for its own, and what an instance is called on its network is none of them.
    host: bytes = b"localhost"
    seconds: float = _SECONDS
    """For all of the answer, and to wait in line for one's turn to ask."""


async def fetch(balancer: Balancer, path: str) -> bytes:
    """GET a small document of whoever's turn it is. Raises UpstreamError, also for an answer other than 200."""
    return _document(path, *await ask(balancer, Question(path)))


async def fetch_from(instance: Instance, path: str, headers: Headers) -> bytes:
    """GET a small document of this very instance. Raises UpstreamError, also for an answer other than 200."""
    connection = await instance.connect()
    question = Question(path, headers=headers)
    return _document(path, *await _ask(connection, question, time.monotonic() + question.seconds))


async def ask(balancer: Balancer, question: Question) -> tuple[Head, bytes]:
    """The answer, good or not, of whoever's turn it is. Raises UpstreamError."""
    until = time.monotonic() + question.seconds
    lease = await _lease(balancer, question)
    is_good: bool | None = None
    try:
        head, document = await _ask(lease.connection, question, until)
        lease.answered(time.monotonic())
        is_good = head.status not in UNWELL
    except UpstreamError:
        is_good = False
        raise
    finally:
        lease.end(is_good=is_good)
    return head, document


async def _lease(balancer: Balancer, question: Question) -> Lease:
    """Whoever cannot wait for the service need not wait for longer than that in its line."""
    try:
        async with asyncio.timeout(question.seconds):
            return await balancer.lease(anew=True)
    except TimeoutError as error:
        raise UpstreamTimedOut(f"no place for {question.path} in time") from error


async def _ask(connection: Connection, question: Question, until: float) -> tuple[Head, bytes]:
    connection.until = until
    try:
        connection.start(_request(question) + question.body)
        connection.expect_within(max(0.0, until - time.monotonic()))
        head = await connection.head(method=question.method)
        body = body_of(head, connection, idle_seconds=question.seconds)
        document = bytearray()
        while not body.is_complete:
            document += await body.read()
            if len(document) > _LARGEST_BYTES:
                raise UpstreamGarbled(f"{question.path} has no end")
        return head, bytes(document)
    finally:
        connection.close()


def _request(question: Question) -> bytes:
    patience = (PATIENCE_HEADER, b"%d" % (question.seconds * 1000))
    own: Headers = [(b"host", question.host), (b"connection", b"close"), patience]
    if question.body:
        own.append((b"content-length", b"%d" % len(question.body)))
    lines = b"".join(b"%b: %b\r\n" % header for header in (*own, *question.headers))
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (question.method.encode(), question.path.encode(), lines)


def _document(path: str, head: Head, document: bytes) -> bytes:
    if head.status != 200:
        raise UpstreamError(f"{path} answered {head.status}")
    return document
