"""Exceptions become problem details (RFC 9457)."""

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
    """Answers with a problem, or breaks the connection off if part of a response was sent already."""

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
        """As a page for a person, or as JSON for a program."""
        if scope["type"] == "http" and scope["exchange"].wants_page:
            return partial(self._pages.answer, problem, scope)
        return problem.answer


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    logger.error("unexpected error", exc_info=error)
    return InternalError()


async def _cut_off(scope: Scope, send: Send) -> None:
    """The server is stopping and its time for draining is over: answer at once that the shop is unavailable."""
    problem = Unavailable()
    measures.PROBLEMS.labels(problem.code).inc()
    if not scope["exchange"].status:
        close: Headers = [(b"connection", b"close")]
        await problem.answer(_refusing(send) if scope["type"] == "websocket" else send, headers=close)


async def _answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Close the connection if the request's body was not read to its end: the rest would be taken for a request."""
    if scope["type"] == "websocket":
        return await answer(_refusing(send))
    exchange: Exchange = scope["exchange"]
    if not exchange.has_body or exchange.is_body_read:
        return await answer(send)
    return await answer(send, headers=[(b"connection", b"close")])


def _refusing(send: Send) -> Send:
    """Answer a WebSocket handshake by HTTP (ASGI's ``websocket.http.response`` extension)."""

    async def refuse(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    return refuse
