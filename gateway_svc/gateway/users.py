"""Requests to user_svc on behalf of people at browsers: sign-in, refresh, account pages."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from common.observability import correlation
from common.topology import USERS
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.errors import UpstreamError
from gateway_svc.gateway.fetch import Question, ask
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.problems import Problem, Unavailable
from gateway_svc.gateway.request_head import PublicOrigin, own_headers
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer

logger = logging.getLogger(__name__)

SECONDS = 10.0
PART_SECONDS = 3.0
"""For what a page is shown without if it cannot be had."""
# Shorter than the five seconds for which others wait for the row that is locked meanwhile.
REFRESH_SECONDS = 3.0
_OUT_OF_REACH = 503


@dataclass(frozen=True)
class Answer:
    """The response of user_svc; a 503 if there was none."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    retry_after: str = ""

    @property
    def is_good(self) -> bool:
        """It did what it was asked."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Of a problem."""
        return str(self.body.get("code", ""))

    @property
    def detail(self) -> str:
        """Of a problem, for people."""
        return str(self.body.get("detail", "Something went wrong; please try again."))

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """Of a problem, what is wrong with which field."""
        return dict(self.body.get("errors", {}))


_NO_ANSWER = Answer(_OUT_OF_REACH, {"code": Unavailable.code, "detail": Unavailable().detail}, retry_after="1")


class Users:
    """A client of user_svc's public API."""

    def __init__(self, balancer: Balancer, assertions: Assertions, origin: PublicOrigin, turnstile: Turnstile) -> None:
        self._balancer = balancer
        self._assertions = assertions
        self._origin = origin
        self._turnstile = turnstile

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        by: Principal = ANONYMOUS,
        source: str = "",
        seconds: float = SECONDS,
    ) -> Answer:
        """Ask on behalf of ``by``, who is at the network address ``source``. Never raises: no response is a 503.

        ``seconds`` are for all of it, the wait for one's turn included.
        """
        until = time.monotonic() + seconds
        question = Question(
            path,
            method,
            headers=self._headers(by, source),
            body=msgspec.json.encode(body) if body is not None else b"",
            host=self._origin.host,
            seconds=seconds,
        )
        try:
            if USERS.is_dear(method, path):
                self._balancer.spare(time.monotonic())
                async with self._turnstile.turn():
                    return await self._ask(replace(question, seconds=until - time.monotonic()))
            return await self._ask(question)
        except (UpstreamError, Problem) as error:
            logger.warning("user_svc did not answer %s %s: %r", method, path, error)
            return _NO_ANSWER

    async def _ask(self, question: Question) -> Answer:
        head, document = await ask(self._balancer, question)
        retry_after = next((value.decode() for name, value in head.headers if name == b"retry-after"), "")
        return Answer(head.status, _read(document), retry_after)

    def _headers(self, by: Principal, source: str) -> Headers:
        # The forgery check is ours where the page is ours.
        assertion = self._assertions.about(replace(by, is_browser=False), audience=USERS.name)
        own = own_headers(assertion, correlation.current(), source, self._origin)
        return [(b"accept", b"application/json"), (b"content-type", b"application/json"), *own]


def _read(document: bytes) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(document) if document else {}
    except msgspec.DecodeError:
        return {}
    return body if isinstance(body, dict) else {}
