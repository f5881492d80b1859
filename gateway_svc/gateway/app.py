"""The gateway, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from django.db import connections

from common.observability import inside, metrics, standing
from common.topology import GATEWAY, USERS
from gateway_svc.catalogue.adapters import announcements as of_catalogue
from gateway_svc.gateway.admittance import ADMITTANCE, Admittance
from gateway_svc.gateway.announcements import Announcements, Listener
from gateway_svc.gateway.asgi import AT_ONCE, ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.at_once import AtOnce
from gateway_svc.gateway.callers import Callers
from gateway_svc.gateway.composed import Composed
from gateway_svc.gateway.database import database_answers
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.lines import Lines
from gateway_svc.gateway.middleware.answer_heads import AnswerHeads, said_always
from gateway_svc.gateway.middleware.authentication import Authentication
from gateway_svc.gateway.middleware.body_limit import BodyLimit
from gateway_svc.gateway.middleware.cache import Cache
from gateway_svc.gateway.middleware.correlation import CorrelationId
from gateway_svc.gateway.middleware.cors import Cors
from gateway_svc.gateway.middleware.hygiene import HeaderHygiene
from gateway_svc.gateway.middleware.observed import Observed
from gateway_svc.gateway.middleware.problem_answers import ProblemAnswers
from gateway_svc.gateway.middleware.rate_limits import RateLimits
from gateway_svc.gateway.middleware.routing import Routing
from gateway_svc.gateway.open_sockets import OpenSockets
from gateway_svc.gateway.pages import Pages
from gateway_svc.gateway.platform_figures import Platform
from gateway_svc.gateway.problem_pages import ProblemPages
from gateway_svc.gateway.proxies import TrustedProxies
from gateway_svc.gateway.proxy import Proxy
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import page_routes
from gateway_svc.gateway.site import Site
from gateway_svc.gateway.sockets import Sockets
from gateway_svc.gateway.static_files import with_static_files
from gateway_svc.gateway.turnstile import turnstiles
from gateway_svc.gateway.upstreams import gauges
from gateway_svc.gateway.upstreams.balancer import balancers
from gateway_svc.gateway.upstreams.checks import keep_checking
from gateway_svc.house_rules.adapters import announcements as of_house_rules
from gateway_svc.house_rules.selectors import standing_rules
from gateway_svc.sessions.adapters import announcements as of_sessions

_READINESS_SECONDS = 5.0


class Gateway:
    """An ASGI application with a beginning and an end, put together as Django's settings say."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._origin = PublicOrigin(settings.PUBLIC_URL)
        self._proxies = TrustedProxies(settings.TRUSTED_PROXIES)
        self._assertions = Assertions(settings.ASSERTION_KEY)
        self._house_rules = HouseRules(read=standing_rules, policies=settings.RATE_LIMITS)
        self._limiter = Limiter(self._house_rules, settings.REDIS_URL) if settings.RATE_LIMITS else None
        self._balancers = balancers(settings.UPSTREAM_URLS, settings.UPSTREAM_TREATMENT)
        self._socket_balancers = balancers(settings.SOCKET_URLS, settings.UPSTREAM_TREATMENT)
        self._turnstiles = turnstiles(self._balancers)
        self._callers = self._build_callers()
        # Whoever reads slowly must not keep others from sending.
        self._bodies, backlogs = Room(settings.BODIES_BYTES), Room(settings.BODIES_BYTES)
        self._proxy = Proxy(self._balancers, self._assertions, self._origin, self._turnstiles, room=backlogs)
        self._always = said_always(is_https=self._origin.scheme == b"https", hsts_seconds=settings.HSTS_SECONDS)
        self._cache = Cache(self._ask_services, most_bytes=settings.CACHE_BYTES, always=self._always)
        self._composed = Composed(self._cache, self._house_rules)
        self._open_sockets = self._build_open_sockets()
        self._announcements = self._build_announcements()
        self._lines = Lines()
        self._pages = self._build_pages()
        self._app = self._chain()
        self._followers: list[asyncio.Task[None]] = []

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self._live if scope["type"] == "lifespan" else self._app)(scope, receive, send)

    def _ask_services(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One of them, or several for one answer."""
        app = self._composed if scope["exchange"].route.service is GATEWAY else self._proxy
        return app(scope, receive, send)

    def _chain(self) -> ASGIApp:
        """The way in, from the inside out: what is put around the others last is met first."""
        limits = self._settings.SOCKET_LIMITS
        sockets = Sockets(
            self._socket_balancers, self._assertions, self._origin, limits, open_sockets=self._open_sockets
        )
        ends: dict[str, ASGIApp] = {"http": self._cache, "websocket": sockets}

        def end(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            return ends[scope["type"]](scope, receive, send)

        app: ASGIApp = self._guarded(end)
        app = Routing(app, house_rules=self._house_rules, pages=self._pages)
        app = with_static_files(app, self._settings.STATIC_ROOT)
        app = HeaderHygiene(app, origin=self._origin, proxies=self._proxies)
        app = ProblemAnswers(app, pages=ProblemPages(self._callers.browsers))
        cors = Cors(app, origins=self._settings.CORS_ORIGINS) if self._settings.CORS_ORIGINS else None
        observed = Observed(AnswerHeads(cors or app, always=self._always), lines=self._lines)
        self._at_once = AtOnce(
            cache=self._cache, tokens=self._callers.tokens, house_rules=self._house_rules, observed=observed, cors=cors
        )
        return CorrelationId(observed)

    def _guarded(self, app: ASGIApp) -> ASGIApp:
        """Whatever leads on asks who is calling, whether that is too often, and whether the body is too large."""
        app = BodyLimit(app, room=self._bodies)
        app = RateLimits(app, limiter=self._limiter, is_in_memory=self._cache.holds) if self._limiter else app
        return Authentication(app, callers=self._callers, house_rules=self._house_rules, limiter=self._limiter)

    def _build_callers(self) -> Callers:
        return Callers(
            self._settings,
            user_svc=self._balancers[USERS.name],
            turnstile=self._turnstiles[USERS.name],
            assertions=self._assertions,
            origin=self._origin,
            limiter=self._limiter,
        )

    def _build_open_sockets(self) -> OpenSockets:
        open_sockets = OpenSockets(self._callers.ended)
        self._callers.ended.followers.append(open_sockets.end_signed_out)
        self._house_rules.followers.append(open_sockets.end_blocked)
        return open_sockets

    def _build_announcements(self) -> Announcements:
        listeners: dict[str, Listener] = {
            of_sessions.CHANNEL: self._callers.ended,
            of_catalogue.CHANNEL: self._cache,
            of_house_rules.CHANNEL: self._house_rules,
        }
        return Announcements(self._settings.REDIS_URL, listeners)

    def _build_pages(self) -> Pages:
        async def keys_are_known() -> bool:
            return self._callers.keys.is_known

        checks = {"database": database_answers, "redis": self._announcements.redis_answers, "keys": keys_are_known}
        site = Site(
            users=self._callers.users,
            browsers=self._callers.browsers,
            platform=Platform(self._balancers, self._socket_balancers, self._assertions, self._settings.BROKER_URL),
            assertions=self._assertions,
            origin=self._origin,
        )
        public_url = self._settings.PUBLIC_URL
        return Pages(public_url=public_url, checks=checks, site=self._guarded(site), routes=page_routes())

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        admittance = Admittance(self._settings.CONNECTIONS_AN_ADDRESS, self._proxies.trusts)
        scope["state"] |= {ADMITTANCE: admittance, AT_ONCE: self._at_once}
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start()
            else:
                await self._stop()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _start(self) -> None:
        self._open_door_inside()
        every = [*self._balancers.values(), *self._socket_balancers.values()]
        await asyncio.gather(self._callers.ended.load(), self._house_rules.load(), *(each.look_up() for each in every))
        if self._limiter:
            await self._limiter.start()
        metrics.on_scrape(partial(gauges.show, self._balancers, self._socket_balancers))
        forever = [self._announcements.follow(), self._house_rules.keep_fresh(), *self._callers.forever()]
        forever += [each.keep_looking_up() for each in every] + [keep_checking(each) for each in every]
        self._followers = [asyncio.create_task(each) for each in forever]

    def _open_door_inside(self) -> None:
        """Where the settings ask for one: the public door shows no metrics to the public."""
        loop = asyncio.get_running_loop()
        metrics.on_scrape(standing.refresh)

        def states() -> Mapping[str, str]:
            return asyncio.run_coroutine_threadsafe(self._pages.states(), loop).result(_READINESS_SECONDS)

        inside.open_door(states, afterwards=connections.close_all)

    async def _stop(self) -> None:
        for follower in self._followers:
            follower.cancel()
        await asyncio.gather(*self._followers, return_exceptions=True)
        await self._announcements.close()
        if self._limiter:
            await self._limiter.close()
        await self._callers.close()
        for balancer in self._balancers.values():
            balancer.close()
        self._lines.flush()
