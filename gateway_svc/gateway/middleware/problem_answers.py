"""Problem details for whatever is refused or goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.problem_pages import ProblemPages
from gateway_svc.gateway.problems import InternalError, Problem, Unavailable

logger = logging.getLogger(__name__)

Answer = Callable[..., Awaitable[None]]
"""Sends a problem, with further ``headers``."""


class ProblemAnswers:
    """The client gets an answer that it can read, or, when half of one is out already, a broken connection."""

    def __init__(self, app: ASGIApp, *, pages: ProblemPages) -> None:
        self.app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientGone:
            return
        except asyncio.CancelledError:
            await _cut_off(scope, send)
            raise
        except Exception as error:
            problem = _problem(error)
            measures.PROBLEMS.labels(problem.code).inc()
            # A server that gets less than was announced closes the connection, which is what tells the client.
            if not scope["exchange"].status:
                await _answer(self._said_in(problem, scope), scope, send)

    def _said_in(self, problem: Problem, scope: Scope) -> Answer:
        """In words for a person, or for a program."""
        if scope["type"] == "http" and scope["exchange"].wants_page:
            return partial(self._pages.answer, problem, scope)
        return problem.answer


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    logger.error("unexpected error", exc_info=error)
    return InternalError()


async def _cut_off(scope: Scope, send: Send) -> None:
    """The server stops, and has waited for this one as long as it may: whatever is said now is said at once."""
    problem = Unavailable()
    measures.PROBLEMS.labels(problem.code).inc()
    if not scope["exchange"].status:
        close: Headers = [(b"connection", b"close")]
        await problem.answer(_refusing(send) if scope["type"] == "websocket" else send, headers=close)


async def _answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Nothing is heard on a connection any more of whose request nobody has heard the end."""
    if scope["type"] == "websocket":
        return await answer(_refusing(send))
    exchange: Exchange = scope["exchange"]
    if not exchange.has_body or exchange.is_body_read:
        return await answer(send)
    return await answer(send, headers=[(b"connection", b"close")])


def _refusing(send: Send) -> Send:
    """An answer in place of a WebSocket (ASGI's ``websocket.http.response`` extension)."""

    async def refuse(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    return refuse
