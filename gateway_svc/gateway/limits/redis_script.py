"""One script in Redis, asked over one connection: whatever is asked meanwhile goes out in the same write.

Why not the client that we have: it takes a connection, and 40 to 80 microseconds of ours, for each question; this takes
3 to 13. On the way of every request that is much (docs/reference/door.md).
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections import deque
from functools import lru_cache, partial
from typing import cast

from redis.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

_END = b"\r\n"
_KEY = b"{key}"
# To connect may take so many times as long as an answer.
_PATIENCE = 10
# Of what we ask, nothing is answered by more than a word, a complaint, a number or a text.
_KINDS = frozenset(b"+-:$")


class RedisScript:
    """A script that takes one key and answers with one number."""

    def __init__(self, url: str, script: bytes, *, seconds: float) -> None:
        self._url = url
        self._script = script
        self._digest = hashlib.sha1(script, usedforsecurity=False).hexdigest().encode()
        self._seconds = seconds
        self._line: _Line | None = None
        self._around_key = lru_cache(self._said_around_key)

    @property
    def is_ready(self) -> bool:
        """It can be asked now."""
        return self._line is not None and self._line.failure is None

    def ask(self, key: bytes, arguments: tuple[bytes, ...]) -> asyncio.Future[int]:
        """What it answers, in time. The future raises RedisError."""
        if self._line is None:
            raise ConnectionError("not connected")
        before, after = self._around_key(arguments)
        return self._line.ask(b"%b$%d\r\n%b\r\n%b" % (before, len(key), key, after))

    async def connect(self) -> None:
        """Connect anew, and leave the script there. Raises RedisError, OSError or TimeoutError."""
        self.close()
        known = parse_url(self._url)  # type: ignore[no-untyped-call]
        is_secret = known.get("connection_class") is SSLConnection
        async with asyncio.timeout(self._seconds * _PATIENCE):
            _, line = await asyncio.get_running_loop().create_connection(
                partial(_Line, self._seconds),
                known["host"],
                known.get("port", 6379),
                ssl=ssl.create_default_context() if is_secret else None,
            )
        try:
            for command in self._greeting(known.get("username"), known.get("password"), known.get("db", 0)):
                await line.ask(command)
        except BaseException:
            line.fail(ConnectionError("not let in"))
            raise
        self._line = line

    def close(self) -> None:
        """Hang up; who still waits is told."""
        if self._line is not None:
            self._line.fail(ConnectionError("closed"))
            self._line = None

    def _said_around_key(self, arguments: tuple[bytes, ...]) -> tuple[bytes, bytes]:
        """What stands before and after the key in a question: few ask for something else than others did."""
        before, _, after = _command(b"EVALSHA", self._digest, b"1", _KEY, *arguments).partition(
            b"$%d\r\n%b\r\n" % (len(_KEY), _KEY)
        )
        return before, after

    def _greeting(self, username: str | None, password: str | None, database: int) -> list[bytes]:
        greeting = [_command(b"SCRIPT", b"LOAD", self._script)]
        if database:
            greeting.insert(0, _command(b"SELECT", b"%d" % database))
        if password:
            names = [username.encode()] if username else []
            greeting.insert(0, _command(b"AUTH", *names, password.encode()))
        return greeting


class _Line(asyncio.Protocol):
    """A connection on which answers come in the order of the questions (RESP 2), each of them in time."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._transport: asyncio.Transport
        self._heard = b""
        self._to_say: list[bytes] = []
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._answers = 0
        self.failure: RedisError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.fail(ConnectionError(f"Redis hung up: {error!r}"))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        try:
            while self._heard and (answer := self._next()) is not None:
                self._answers += 1
                _settle(self._waiting.popleft(), answer)
        except (ValueError, IndexError):
            self.fail(ConnectionError("what answers is not Redis"))

    def ask(self, command: bytes) -> asyncio.Future[int]:
        """Say it with all else that is said until the loop has come round: who comes meanwhile shares the system call,
        and Redis wakes up once for all of them.
        """
        future: asyncio.Future[int] = self._loop.create_future()
        if self.failure is not None:
            future.set_exception(self.failure)
            return future
        self._waiting.append(future)
        if not self._to_say:
            self._loop.call_soon(self._loop.call_soon, self._say)  # by then it has looked who has come
        self._to_say.append(command)
        if self._timer is None:
            self._watch(self._answers)
        return future

    def fail(self, error: RedisError) -> None:
        """Nobody waits any longer."""
        if self.failure is None:
            self.failure = error
            self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)

    def _say(self) -> None:
        self._transport.write(b"".join(self._to_say))
        self._to_say.clear()

    def _next(self) -> bytes | None:
        """The next answer; of a text only how long it is. Raises ValueError for what is none."""
        if self._heard[0] not in _KINDS:
            raise ValueError
        answer, end, rest = self._heard.partition(_END)
        if not end:
            return None
        if answer.startswith(b"$"):
            text_bytes = int(answer[1:]) + len(_END)
            if len(rest) < text_bytes:
                return None
            rest = rest[text_bytes:]
        self._heard = rest
        return answer

    def _watch(self, answers: int) -> None:
        self._timer = self._loop.call_later(self._seconds, self._look, answers)

    def _look(self, answers: int) -> None:
        self._timer = None
        if not self._waiting:
            return
        if self._answers == answers:
            self.fail(TimeoutError("Redis does not answer"))
        else:
            self._watch(self._answers)


def _settle(future: asyncio.Future[int], answer: bytes) -> None:
    if future.done():
        return
    if answer.startswith(b"-"):
        future.set_exception(ResponseError(answer[1:].decode("latin-1")))
    else:
        future.set_result(int(answer[1:]) if answer.startswith(b":") else 0)


def _command(*parts: bytes) -> bytes:
    return b"*%d\r\n%b" % (len(parts), b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
