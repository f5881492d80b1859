"""One request and its response, as an ASGI server sees them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING

from gateway_svc.gateway.asgi import GONE, ASGIApp, Headers, Message, Scope
from gateway_svc.gateway.heads import lines_of, status_line
from gateway_svc.gateway.problems import InternalError
from gateway_svc.gateway.server.refusals import refused

if TYPE_CHECKING:
    from gateway_svc.gateway.server.http import ClientConnection

logger = logging.getLogger(__name__)

# For the client to take some of what it asked for.
TAKE_SECONDS = 30.0
_WITHOUT_BODY = frozenset({204, 304})


class _Done:
    """Nothing is left to wait for."""

    def __await__(self) -> Generator[None, None, None]:
        return iter(())  # type: ignore[return-value]  # a generator would have to be made each time


_DONE = _Done()


class Cycle:
    """What the connection hears of the request is received; what is sent is said on the connection.

    The head goes out with the first piece of the body, however empty. Until then a failure is told as one; after that
    the answer breaks off. Another length than was said is a failure, and so is a head that is more than one.
    """

    __slots__ = (
        "_body",
        "_connection",
        "_expects_continue",
        "_has_news",
        "_head",
        "_is_chunked",
        "_is_complete",
        "_is_gone",
        "_left",
        "_method",
        "_on_gone",
        "_version",
        "_waiter",
        "is_begun",
        "is_heard",
        "keeps_alive",
        "task",
    )

    def __init__(
        self, connection: ClientConnection, scope: Scope, *, keeps_alive: bool, expects_continue: bool
    ) -> None:
        self._connection = connection
        self._method = scope["method"]
        self._version = scope["http_version"]
        self.keeps_alive = keeps_alive
        """The connection is used again afterwards."""
        self.is_begun = False
        """Some of the answer is out."""
        self.is_heard = False
        """All of the request is here."""
        self._expects_continue = expects_continue
        self._body = b""
        self._has_news = False
        self._waiter: asyncio.Future[None] | None = None
        self._head: bytes | None = None
        """Until it is out, with the first piece of the body."""
        self._is_chunked = False
        self._left: int | None = None
        self._is_complete = False
        self._is_gone = False
        self._on_gone: Callable[[], None] | None = None
        self.task: asyncio.Task[None] | None = None
        """In which it is answered."""

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Have it answered."""
        scope["extensions"] = {GONE: self._when_gone}
        try:
            await app(scope, self._receive, self._send)
        except Exception:
            logger.exception("a request failed")
        finally:
            if not self._is_over:
                self._give_up()
            self._connection.forget(self.task)

    def hear(self, body: bytes) -> int:
        """Some of the request's body; returns how much of it nobody has taken yet."""
        if self._is_complete:
            return 0
        self._body = self._body + body if self._body else body
        self._tell()
        return len(self._body)

    def hear_end(self) -> None:
        """That was all of the request."""
        self.is_heard = True
        self._tell()

    def lose(self) -> None:
        """Nobody waits for the answer any more."""
        self._is_gone = True
        self._tell()
        if self._on_gone:
            self._on_gone()

    def _when_gone(self, do: Callable[[], None] | None) -> None:
        """For whoever has received all of the request, and would wait for nothing else but this."""
        self._on_gone = do
        self._connection.resume_reading()
        if do and self._is_gone:
            do()

    async def _receive(self) -> Message:
        if self._expects_continue and not self._connection.is_closing:
            self._expects_continue = False
            self._connection.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self._has_news or self._is_over):
            self._connection.resume_reading()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        self._has_news = False
        if self._is_over:
            return {"type": "http.disconnect"}
        body, self._body = self._body, b""
        return {"type": "http.request", "body": body, "more_body": not self.is_heard}

    def _send(self, message: Message) -> Awaitable[None]:
        if self._connection.is_full and not self._is_gone:
            return self._send_when_drained(message)
        self._say(message)
        return _DONE

    async def _send_when_drained(self, message: Message) -> None:
        await self._connection.drained(TAKE_SECONDS)
        self._say(message)

    def _say(self, message: Message) -> None:
        if self._is_gone:
            return
        if self._head is None:
            self._begin(message["status"], message["headers"])
        else:
            self._go_on(message.get("body", b""), is_last=not message.get("more_body"))

    @property
    def _is_over(self) -> bool:
        return self._is_gone or self._is_complete

    def _tell(self) -> None:
        self._has_news = True
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_up(self) -> None:
        """Of half an answer only the end of the connection tells that there is no more."""
        self.keeps_alive = False
        if not self.is_begun and not self._is_gone:
            self._connection.say(refused(InternalError()))
        self._connection.hang_up()

    def _begin(self, status: int, headers: Headers) -> None:
        self._expects_continue = False
        said = dict(headers)
        if b"content-length" not in said:  # perhaps in capitals: Django writes names as it likes
            said = {name.lower(): value for name, value in headers}
        framing = self._framing(status, said.get(b"content-length"))
        if said.get(b"connection") == b"close":
            self.keeps_alive = False
        elif not self.keeps_alive:
            framing.append((b"connection", b"close"))
        lines = lines_of([*headers, *framing])
        self._head = b"%b%b%b\r\n" % (status_line(status), self._connection.lines_always, lines)

    def _framing(self, status: int, length: bytes | None) -> Headers:
        """How the end of the body is told (RFC 9112, section 6), where it is not told yet."""
        if status in _WITHOUT_BODY or self._method == "HEAD":
            self._left = 0
        elif length is not None:
            self._left = int(length)
        elif self._version == "1.1":
            self._is_chunked = True
            return [(b"transfer-encoding", b"chunked")]
        else:
            self.keeps_alive = False
        return []

    def _go_on(self, body: bytes, *, is_last: bool) -> None:
        if self._method == "HEAD":
            body = b""
        elif self._is_chunked:
            body = _chunk(body, is_last=is_last)
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (is_last and self._left):
                raise RuntimeError("a body of another length than was said")
        head, self._head = self._head or b"", b""
        if head or body:
            self.is_begun = True
            self._connection.say(head + body)
        if is_last:
            self._is_complete = True
            self._tell()
            self._connection.end(self)


def _chunk(body: bytes, *, is_last: bool) -> bytes:
    """RFC 9112, section 7.1."""
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return chunk + b"0\r\n\r\n" if is_last else chunk
