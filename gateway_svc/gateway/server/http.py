"""HTTP/1.1 with a client (RFC 9112), and bounds on what a stranger may do before there is a request to be judged.

httptools (llhttp) reads; uvicorn's server accepts connections, and asks them to shut down. uvicorn's own protocol has
few of these bounds, and takes more of each request (docs/adr/0025).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import lru_cache, partial
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from gateway_svc.gateway.asgi import AT_ONCE, AnswerAtOnce, Headers, Scope
from gateway_svc.gateway.deadline import Deadline
from gateway_svc.gateway.heads import lines_of
from gateway_svc.gateway.problems import (
    BadRequest,
    ClientTooSlow,
    HeadersTooLarge,
    InternalError,
    Problem,
    TooManyConnections,
    Unavailable,
)
from gateway_svc.gateway.server.crowd import ADDRESS, ALL, crowd_at
from gateway_svc.gateway.server.cycle import TAKE_SECONDS, Cycle
from gateway_svc.gateway.server.refusals import refused
from gateway_svc.gateway.server.scopes import of_request
from gateway_svc.gateway.server.sockets import ClientSocket

logger = logging.getLogger(__name__)

# The gateway itself refuses half of it, once it has all of it; here is what it never gets to see the end of.
MAX_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
# Longer than programs rest between two requests; shorter than what most firewalls remember.
KEPT_SECONDS = 75.0
# For whoever is refused in the middle of a sentence: a connection that is closed at once is reset, and the answer lost.
LINGER_SECONDS = 1.0
# For whoever is answered in the middle of a body: many read only when they have sent all of it.
DISCARD_SECONDS = 5.0
# Requests that came before the one before them was answered; a connection hands over thousands at a time.
MOST_PIPELINED = 64
# Of a body that nobody has taken yet.
MOST_WAITING_BYTES = 64 * 1024
_UNREADABLE = "This is no request that can be read in one way only (RFC 9112)."


class ClientConnection(asyncio.Protocol):
    """A head has an end, in time and in bytes; what is no HTTP gets a problem that says so (RFC 9457).

    Requests that come before the answer to the one before them is given, and taken, wait for their turn, and no more of
    them are read. Where there are too many connections, whoever only keeps one for later makes room for whoever comes.
    """

    __slots__ = (
        "_answered",
        "_app",
        "_at_once",
        "_client",
        "_config",
        "_crowd",
        "_deadline",
        "_expects_continue",
        "_has_begun",
        "_headers",
        "_heard",
        "_idle",
        "_is_in_head",
        "_is_paused",
        "_is_refused",
        "_loop",
        "_network",
        "_parser",
        "_server",
        "_transport",
        "_unheard_bytes",
        "_url",
        "_waiting",
        "_writable",
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._app = config.loaded_app
        # None where the application has no short way.
        self._at_once: AnswerAtOnce | None = app_state.get(AT_ONCE)
        self._server = server_state
        self._loop = asyncio.get_running_loop()
        self._crowd = crowd_at(server_state, app_state)
        self._network = b""
        self._idle = self._crowd.idle
        self._parser = httptools.HttpRequestParser(self)
        # Whatever follows a request after which the connection is closed is nobody's.
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._transport: asyncio.Transport
        self._client: tuple[str, int] | None = None
        self._url = b""
        self._headers: Headers = []
        self._expects_continue = False
        self._is_in_head = True
        """The next bytes are of a head, of which perhaps nothing is here yet."""
        self._has_begun = False
        """Some of it is."""
        self._unheard_bytes = 0
        """Of a head, a trailer or whatever else is no body, and has no end yet."""
        self._is_refused = False
        self._heard: Cycle | None = None
        """The newest request."""
        self._answered: Cycle | None = None
        """The one that is being answered."""
        self._waiting: deque[tuple[Cycle, Scope]] | None = None
        self._is_paused = False
        self._writable: asyncio.Future[None] | None = None
        self._deadline = Deadline(self._wait_no_longer)
        """For the next head, or the end of this."""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there, and has yet to say what for."""
        self._transport = cast(asyncio.Transport, transport)
        self._client = get_remote_addr(self._transport)
        self._server.connections.add(self)  # type: ignore[arg-type]  # it knows none but uvicorn's
        self._network = self._crowd.enter(self._client[0] if self._client else "")
        if self._crowd.has_too_many(self._network):
            self._turn_away(ADDRESS, TooManyConnections())
        elif self._crowd.is_full() and not self._makes_room():
            self._turn_away(ALL, Unavailable())
        else:
            self._deadline.within(HEAD_SECONDS)

    def connection_lost(self, error: Exception | None) -> None:
        """They have gone."""
        self._crowd.leave(self._network)
        self._server.connections.discard(self)
        self._idle.pop(self, None)
        self._deadline.end()
        for cycle in (self._answered, self._heard):
            if cycle:
                cycle.lose()
        self._waiting = None
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is too much."""
        if self._is_refused:
            return
        self._unheard_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError as error:
            self._refuse(_refusal_for(error))
        if self._unheard_bytes > MAX_HEAD_BYTES and not self._is_refused:
            self._refuse(HeadersTooLarge())

    def pause_writing(self) -> None:
        """The client takes no more for now."""
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """It does again, or never will."""
        if self._writable and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None
        if self._waiting and self._answered is None and not self._transport.is_closing():
            if self._has_begun:
                self._deadline.within(HEAD_SECONDS)
            else:
                self._deadline.none()
            self._take_up()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._idle.pop(self, None)
        self._url = b""
        self._headers = []
        self._expects_continue = False
        self._is_in_head = self._has_begun = True
        self._deadline.within(HEAD_SECONDS)

    def on_url(self, part: bytes) -> None:
        """What is asked for, or a part of that."""
        self._url += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, of which nobody hears."""
        if not self._is_in_head:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self._expects_continue = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """A head is whole; the gateway takes over."""
        self._deadline.none()
        self._is_in_head = self._has_begun = False
        self._unheard_bytes = 0
        parser = self._parser
        version = parser.get_http_version()
        _require_host(version, self._headers)
        if parser.should_upgrade() and _is_wanted(version, self._headers):
            self._heard = None
            return
        scope = of_request(parser.get_method(), self._url, version, self._headers, self._client)
        keeps_alive = version == "1.1" and parser.should_keep_alive() and not parser.should_upgrade()
        if keeps_alive and self._at_once and self._is_free and (answer := self._at_once(scope)):
            self._say_at_once(*answer)
            return
        expects_continue = self._expects_continue and version != "1.0"
        cycle = Cycle(self, scope, keeps_alive=keeps_alive, expects_continue=expects_continue)
        self._heard = cycle
        if self._is_free:
            self._begin(cycle, scope)
        else:
            self._waiting = self._waiting or deque()
            if len(self._waiting) >= MOST_PIPELINED:
                raise BadRequest("Too many requests came before the first of them was answered.")
            self._waiting.append((cycle, scope))
            self.pause_reading()
            if self._answered is None:
                self._deadline.within(TAKE_SECONDS)

    def on_body(self, body: bytes) -> None:
        """A part of the newest request's body."""
        self._unheard_bytes = 0
        if self._heard and self._heard.hear(body) > MOST_WAITING_BYTES:
            self.pause_reading()

    def on_message_complete(self) -> None:
        """What comes next is the head of another."""
        if self._heard:
            self._heard.hear_end()
        self._is_in_head = True
        self._unheard_bytes = 0

    # What a cycle calls, and the server.

    @property
    def lines_always(self) -> bytes:
        """What stands in the head of each answer."""
        return _always(tuple(self._server.default_headers))

    @property
    def is_closing(self) -> bool:
        """Nothing more goes out."""
        return self._transport.is_closing()

    @property
    def is_full(self) -> bool:
        """Whoever has more to say should wait."""
        return self._writable is not None

    async def drained(self, within: float) -> None:
        """The client has taken what was said, in time, or has gone, or is hung up on."""
        try:
            async with asyncio.timeout(within):
                while self._writable:
                    await asyncio.shield(self._writable)
        except TimeoutError:
            self._transport.abort()
            if self._answered:
                self._answered.lose()

    def say(self, data: bytes) -> None:
        """Send it."""
        self._transport.write(data)

    def pause_reading(self) -> None:
        """No more, for now."""
        if not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        if self._is_paused and not self._waiting:
            self._is_paused = False
            self._transport.resume_reading()

    def forget(self, task: asyncio.Task[None] | None) -> None:
        """It is over: nobody who stops the server need wait for it."""
        self._server.tasks.discard(task)

    def hang_up(self) -> None:
        """When all that was said is out, or nobody takes it."""
        self._transport.close()
        self._deadline.within(TAKE_SECONDS)

    def end(self, cycle: Cycle) -> None:
        """It is answered: on to the next."""
        self._server.total_requests += 1
        self._answered = None
        if not cycle.keeps_alive:
            self._part(0 if cycle.is_heard else DISCARD_SECONDS)
            return
        if self._transport.is_closing():
            return
        if self._waiting:
            self._take_up()
            return
        if not self._has_begun:
            self._rest()
        self.resume_reading()

    def shutdown(self) -> None:
        """The request under way is the last."""
        if self._answered is None:
            self.hang_up()
        else:
            self._answered.keeps_alive = False

    def _turn_away(self, reason: str, refusal: Problem) -> None:
        if self._crowd.turns_away(self._network, reason, self._loop.time()):
            self._refuse(refusal)
        else:
            self._is_refused = True
            self._transport.abort()

    def _makes_room(self) -> bool:
        """Whoever has kept a connection for the longest without a word loses it."""
        for longest in self._idle:
            del self._idle[longest]
            longest.hang_up()
            return True
        return False

    @property
    def _is_free(self) -> bool:
        """Nothing is under way, nor does anything wait to be taken by the client."""
        return self._answered is None and not self.is_full

    def _say_at_once(self, lines: bytes, body: bytes) -> None:
        """No cycle for what is here: it is the whole of the request, and the whole of its answer."""
        self._heard = None
        self._server.total_requests += 1
        self._transport.write(b"%b%b\r\n%b" % (lines, self.lines_always, body))
        self._rest()

    def _rest(self) -> None:
        """Nothing is under way: the connection is kept for a while, unless the place is wanted."""
        self._deadline.within(KEPT_SECONDS)
        self._idle[self] = None

    def _take_up(self) -> None:
        """The next one's turn, once the client has taken what was said before: until then it would hold places that
        others wait for.
        """
        if self.is_full:
            self._deadline.within(TAKE_SECONDS)
        elif self._waiting:
            self._begin(*self._waiting.popleft())
            self.resume_reading()

    def _begin(self, cycle: Cycle, scope: Scope) -> None:
        self._answered = cycle
        cycle.task = self._loop.create_task(cycle.run(self._app, scope))
        self._server.tasks.add(cycle.task)

    def _upgrade(self) -> None:
        """To a WebSocket, where that is wanted; to anything else nobody does, which the answer says by going on."""
        if not _is_wanted(self._parser.get_http_version(), self._headers):
            return
        if self._answered or self._waiting:
            self._refuse(BadRequest("A WebSocket is not opened while another request is under way."))
            return
        self._server.connections.discard(self)
        self._deadline.end()
        leave = partial(self._crowd.leave, self._network)
        lines = [b"%b %b HTTP/1.1" % (self._parser.get_method(), self._url)]
        lines += [b"%b: %b" % header for header in self._headers]
        socket = ClientSocket(self._config, self._server, leave)
        socket.connection_made(self._transport)
        self._transport.set_protocol(socket)
        socket.data_received(b"\r\n".join((*lines, b"", b"")))

    def _wait_no_longer(self) -> None:
        if self._transport.is_closing():
            self._transport.abort()
        elif self._has_begun:
            self._refuse(ClientTooSlow("The head of the request did not arrive in time."))
        else:
            self.hang_up()

    def _refuse(self, refusal: Problem) -> None:
        """Say why, and hang up. In the middle of another answer there is nothing that could be said."""
        self._is_refused = True
        if self._answered and self._answered.is_begun:
            self.hang_up()
            return
        if self._answered:
            self._answered.lose()
        self._transport.write(refused(refusal))
        self._part(LINGER_SECONDS)

    def _part(self, seconds: float) -> None:
        """Nothing more is said here; what the client still says, for so long, nobody hears."""
        if not seconds or self._transport.is_closing():
            self.hang_up()
            return
        self._is_refused = True
        self._waiting = None
        self._deadline.none()
        self.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._loop.call_later(seconds, self.hang_up)


@lru_cache(maxsize=1)
def _always(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """They are the same for a second."""
    return lines_of(headers)


def _refusal_for(error: httptools.HttpParserError) -> Problem:
    """What the parser could not read, or what was thought of it. The parser's own words tell a stranger nothing."""
    own = error.__context__
    if own is None or isinstance(own, httptools.HttpParserError | UnicodeError):
        return BadRequest(_UNREADABLE)
    if isinstance(own, Problem):
        return own
    logger.error("a request failed", exc_info=own)
    return InternalError()


def _require_host(version: str, headers: Headers) -> None:
    """RFC 9112, section 3.2. Raises BadRequest; that there is one only is looked at later."""
    if version == "1.1" and not any(name == b"host" for name, _ in headers):
        raise BadRequest("There is no Host.")


def _is_wanted(version: str, headers: Headers) -> bool:
    """A WebSocket; what wants to be more than HTTP/1.0 is passed over (RFC 9110, section 7.8)."""
    return version != "1.0" and any(name == b"upgrade" and value.lower() == b"websocket" for name, value in headers)
