"""Everything that knows who is calling: access tokens, API keys, browsers' cookies, and the sign-ins that are over."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from common.topology import USERS
from gateway_svc.gateway.api_keys import ApiKeys
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.browsers import Browsers
from gateway_svc.gateway.ended_sessions import EndedSessions
from gateway_svc.gateway.fetch import fetch
from gateway_svc.gateway.kept_keys import KeptKeys
from gateway_svc.gateway.keys import KeySet
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.staff import StaffDoor
from gateway_svc.gateway.tokens import Tokens
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.users import Users
from gateway_svc.sessions import selectors

KEYS_PATH = "/.well-known/jwks.json"


class Callers:
    """The parts, put together as Django's settings say. user_svc is asked through its balancer, as by any request."""

    def __init__(
        self,
        settings: Any,
        *,
        user_svc: Balancer,
        turnstile: Turnstile,
        assertions: Assertions,
        origin: PublicOrigin,
        limiter: Limiter | None,
    ) -> None:
        grace_seconds = settings.BROWSER_GRACE_SECONDS
        kept_keys = KeptKeys(settings.UPSTREAM_URLS[USERS.name], grace_seconds=grace_seconds)
        self.keys = KeySet(lambda: fetch(user_svc, KEYS_PATH), store=kept_keys)
        self.ended = EndedSessions(read=selectors.ended_session_ids)
        self.tokens = Tokens(self.keys, self.ended)
        self.users = Users(user_svc, assertions, origin, turnstile)
        self.browsers = Browsers(self.tokens, self.ended, self.users, limiter=limiter, grace_seconds=grace_seconds)
        self.api_keys = ApiKeys(self.ended, limiter=limiter)
        self.staff_door = StaffDoor(needs_second_factor=settings.STAFF_NEED_SECOND_FACTOR)

    def forever(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run for as long as requests are taken."""
        return [self.ended.keep_fresh(), self.keys.keep_fresh(), self.keys.keep_what_is_heard()]

    async def close(self) -> None:
        """Ask nobody any more."""
        await self.browsers.close()
        self.api_keys.close()
