"""Who sits at a browser: found by its cookie, with a token that the gateway keeps and renews."""

from __future__ import annotations

import asyncio
import logging
import time

from common import clock
from gateway_svc.browsers import rules, services
from gateway_svc.browsers.services import Tokens as Pair
from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.database import Database
from gateway_svc.gateway.ended_sessions import EndedSessions
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.look_ups import LookUps
from gateway_svc.gateway.once import once
from gateway_svc.gateway.principals import ANONYMOUS, Principal, at_a_browser
from gateway_svc.gateway.problems import BadCredential, Problem, Unavailable
from gateway_svc.gateway.tokens import Tokens
from gateway_svc.gateway.users import REFRESH_SECONDS, Users

logger = logging.getLogger(__name__)

REFRESH_PATH = "/api/v1/auth/token/refresh/"
# A row that is gone was ended, which each request looks at besides.
REMEMBERED_SECONDS = 60.0
UNKNOWN_SECONDS = 2.0
# So long before its end an access token is replaced, and so often that is tried.
AHEAD_SECONDS = 120.0
PAUSE_SECONDS = 5.0
# So long it is known that user_svc was away for somebody a moment ago.
HELD_OVER_SECONDS = 30.0
# To find user_svc, ask it and hear all of its answer; the thread waits no longer, whatever becomes of the loop.
TRADE_SECONDS = 4 * REFRESH_SECONDS
# Whoever finds user_svc away spares the others the wait.
AWAY_SECONDS = 1.0
_REMEMBERED = 20_000
_REMEMBERED_UNKNOWN = 2_000
_LOOK_UPS_AT_ONCE = 4
# These wait for user_svc; those must not.
_RENEWALS_AT_ONCE = 4


class Browsers:
    """The people at browsers. A request of one who was here a moment ago asks neither the database nor user_svc."""

    def __init__(
        self, tokens: Tokens, ended: EndedSessions, users: Users, *, limiter: Limiter | None, grace_seconds: float
    ) -> None:
        self._grace_seconds = grace_seconds
        self._tokens = tokens
        self._ended = ended
        self._users = users
        self._look_ups = LookUps(at_once=_LOOK_UPS_AT_ONCE, limiter=limiter)
        self._database = self._look_ups.database
        self._renewing = Database(at_once=_RENEWALS_AT_ONCE)
        self._cache: BoundedCache[str, Principal] = BoundedCache(_REMEMBERED)
        # Apart: whoever makes them up must not have the good ones forgotten.
        self._unknown: BoundedCache[str, Principal] = BoundedCache(_REMEMBERED_UNKNOWN)
        self._held_over: BoundedCache[str, Principal] = BoundedCache(_REMEMBERED)
        self._under_way: dict[str, asyncio.Task[Principal]] = {}
        self._users_are_away_until = 0.0
        self._renewals: dict[str, asyncio.Task[Principal]] = {}

    async def person(self, cookie: str, *, address: str) -> Principal:
        """Who it is, at this address; nobody in particular when the cookie stands for nobody, or no longer.

        Raises Unavailable when that cannot be found out, or TooManyRequests.
        """
        if not rules.is_cookie(cookie):
            return ANONYMOUS
        digest = rules.digest_of(cookie)
        principal = self._cache.get(digest) or self._unknown.get(digest)
        if principal is None:
            principal = await once(self._under_way, digest, self._find(digest, address))
        return ANONYMOUS if principal.session_id in self._ended else principal

    async def begin(self, pair: Pair) -> str:
        """Sign a browser in with what user_svc gave for it; returns its cookie. Raises BadCredential, Unavailable."""
        holder = await self._tokens.holder(pair.access.encode())
        return await self._database.run(
            services.begin_session,
            tokens=pair,
            user_id=holder.user_id,
            session_id=holder.session_id,
            now=clock.now(),
        )

    async def end(self, cookie: str) -> None:
        """Sign a browser out, here at once; user_svc hears of it. Raises Unavailable."""
        digest = rules.digest_of(cookie)
        await self._database.run(services.end_session, digest=digest, now=clock.now())
        self._cache.put(digest, ANONYMOUS, seconds=UNKNOWN_SECONDS)

    async def close(self) -> None:
        """Ask nobody any more. A refresh token that is under way is waited for: it would be lost."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)
        self._database.close()
        self._renewing.close()

    async def _find(self, digest: str, address: str) -> Principal:
        access = await self._look_ups.find(address, services.access_of, digest=digest, now=clock.now())
        if access is None:
            self._unknown.put(digest, ANONYMOUS, seconds=UNKNOWN_SECONDS)
            return ANONYMOUS
        principal = await self._holder(access)
        if principal is None:
            return await self._renewed(digest, access)
        seconds_left = principal.expires_at - time.time() - AHEAD_SECONDS
        if seconds_left > 0:
            return self._remember(digest, principal, min(seconds_left, REMEMBERED_SECONDS))
        self._renew_behind(digest, access)
        # It is good for a while yet, with user_svc or without.
        return self._remember(digest, principal, PAUSE_SECONDS)

    async def _renewed(self, digest: str, access: str) -> Principal:
        """With a new token, or, while user_svc is away, for a while with the last one: whoever signed in stays so.

        The first to find it away waits, the others have it asked behind them. Raises Unavailable.
        """
        held = self._held_over.get(digest)
        if held is not None:
            self._renew_behind(digest, access)
            return self._remember(digest, held, AWAY_SECONDS)
        try:
            return await once(self._renewals, digest, self._renew(digest, access))
        except Unavailable:
            held = await self._last_holder(access)
            if held is None:
                raise
        self._held_over.put(digest, held, seconds=HELD_OVER_SECONDS)
        return self._remember(digest, held, AWAY_SECONDS)

    def _renew_behind(self, digest: str, access: str) -> None:
        if digest not in self._renewals:
            renewal = asyncio.ensure_future(once(self._renewals, digest, self._renew(digest, access)))
            renewal.add_done_callback(_note)

    async def _renew(self, digest: str, stale: str) -> Principal:
        """Raises Unavailable; what is there stays as it is then."""
        if time.monotonic() < self._users_are_away_until:
            raise Unavailable
        loop = asyncio.get_running_loop()

        def trade(refresh: str) -> Pair | None:
            try:
                return asyncio.run_coroutine_threadsafe(self._trade(refresh), loop).result(TRADE_SECONDS)
            except TimeoutError:
                raise Unavailable from None

        access = await self._renewing.run(
            services.renew_access, digest=digest, stale=stale, trade=trade, now=clock.now()
        )
        principal = await self._holder(access) if access else None
        if principal is None:
            return self._remember(digest, ANONYMOUS, UNKNOWN_SECONDS)
        return self._remember(digest, principal, REMEMBERED_SECONDS)

    async def _trade(self, refresh: str) -> Pair | None:
        answer = await self._users.ask("POST", REFRESH_PATH, {"refresh": refresh}, seconds=REFRESH_SECONDS)
        if answer.status == 401:
            return None
        if not answer.is_good:
            self._users_are_away_until = time.monotonic() + AWAY_SECONDS
            raise Unavailable
        return Pair(access=answer.body["access"], refresh=answer.body["refresh"])

    async def _holder(self, access: str) -> Principal | None:
        try:
            return at_a_browser(await self._tokens.holder(access.encode()))
        except BadCredential:
            return None

    async def _last_holder(self, access: str) -> Principal | None:
        try:
            holder = await self._tokens.last_holder(access.encode(), grace_seconds=self._grace_seconds)
        except BadCredential:
            return None
        return at_a_browser(holder)

    def _remember(self, digest: str, principal: Principal, seconds: float) -> Principal:
        self._cache.put(digest, principal, seconds=seconds)
        return principal


def _note(renewal: asyncio.Future[Principal]) -> None:
    error = None if renewal.cancelled() else renewal.exception()
    if error and not isinstance(error, Problem):
        logger.error("a browser's token could not be renewed", exc_info=error)
