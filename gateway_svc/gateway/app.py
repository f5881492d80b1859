"""The gateway, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Any, Self

from django.db import connections

from common.observability import inside, metrics, standing
from common.topology import GATEWAY, USERS
from gateway_svc.catalogue.adapters import announcements as of_catalogue
from gateway_svc.gateway.admittance import ADMITTANCE, Admittance
from gateway_svc.gateway.announcements import Announcements
from gateway_svc.gateway.api_keys import ApiKeys
from gateway_svc.gateway.asgi import AT_ONCE, ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.at_once import AtOnce
from gateway_svc.gateway.browsers import Browsers
from gateway_svc.gateway.composed import Composed
from gateway_svc.gateway.database import database_answers
from gateway_svc.gateway.ended_sessions import EndedSessions
from gateway_svc.gateway.fetch import fetch
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.kept_keys import KeptKeys
from gateway_svc.gateway.keys import KeySet
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.limits.policies import Policy
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
from gateway_svc.gateway.places import SocketLimits
from gateway_svc.gateway.platform_figures import Platform
from gateway_svc.gateway.problem_pages import ProblemPages
from gateway_svc.gateway.proxies import Network, TrustedProxies
from gateway_svc.gateway.proxy import Proxy
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import page_routes
from gateway_svc.gateway.site import Site
from gateway_svc.gateway.sockets import Sockets
from gateway_svc.gateway.staff import StaffDoor
from gateway_svc.gateway.static_files import with_static_files
from gateway_svc.gateway.tokens import Tokens
from gateway_svc.gateway.turnstile import turnstiles
from gateway_svc.gateway.upstreams import gauges
from gateway_svc.gateway.upstreams.balancer import balancers
from gateway_svc.gateway.upstreams.checks import keep_checking
from gateway_svc.gateway.upstreams.treatment import Treatment
from gateway_svc.gateway.users import Users
from gateway_svc.house_rules.adapters import announcements as of_house_rules
from gateway_svc.house_rules.selectors import standing_rules
from gateway_svc.sessions import selectors
from gateway_svc.sessions.adapters import announcements

KEYS_PATH = "/.well-known/jwks.json"
_READINESS_SECONDS = 5.0


class Gateway:
    """An ASGI application with a beginning and an end."""

    def __init__(
        self,
        *,
        public_url: str,
        assertion_key: bytes,
        redis_url: str,
        upstream_urls: Mapping[str, Sequence[str]],
        socket_urls: Mapping[str, Sequence[str]],
        treatment: Treatment,
        broker_url: str,
        staff_need_second_factor: bool,
        trusted_proxies: Sequence[Network],
        cors_origins: Sequence[str],
        hsts_seconds: int,
        rate_limits: Mapping[str, Policy],
        socket_limits: SocketLimits,
        connections_an_address: int,
        grace_seconds: float,
        cache_bytes: int,
        bodies_bytes: int,
        static_root: str | None,
    ) -> None:
        self._house_rules = HouseRules(read=standing_rules, policies=rate_limits)
        self._limiter = Limiter(self._house_rules, redis_url) if rate_limits else None
        self._socket_limits = socket_limits
        self._proxies = TrustedProxies(trusted_proxies)
        self._admittance = Admittance(connections_an_address, self._proxies.trusts)
        self._cors_origins = cors_origins
        self._static_root = static_root
        self._broker_url = broker_url
        self._origin = PublicOrigin(public_url)
        self._balancers = balancers(upstream_urls, treatment)
        self._socket_balancers = balancers(socket_urls, treatment)
        users = self._balancers[USERS.name]
        kept_keys = KeptKeys(upstream_urls[USERS.name], grace_seconds=grace_seconds)
        self._keys = KeySet(lambda: fetch(users, KEYS_PATH), store=kept_keys)
        self._ended = EndedSessions(read=selectors.ended_session_ids)
        self._open_sockets = OpenSockets(self._ended)
        self._ended.followers.append(self._open_sockets.end_signed_out)
        self._house_rules.followers.append(self._open_sockets.end_blocked)
        self._lines = Lines()
        self._assertions = Assertions(assertion_key)
        self._turnstiles = turnstiles(self._balancers)
        self._users = Users(users, self._assertions, self._origin, self._turnstiles[USERS.name])
        self._tokens = Tokens(self._keys, self._ended)
        self._browsers = Browsers(
            self._tokens, self._ended, self._users, limiter=self._limiter, grace_seconds=grace_seconds
        )
        self._api_keys = ApiKeys(self._ended, limiter=self._limiter)
        self._staff_door = StaffDoor(needs_second_factor=staff_need_second_factor)
        # Whoever reads slowly must not keep others from sending.
        self._bodies, backlogs = Room(bodies_bytes), Room(bodies_bytes)
        self._proxy = Proxy(self._balancers, self._assertions, self._origin, self._turnstiles, room=backlogs)
        self._always = said_always(is_https=self._origin.scheme == b"https", hsts_seconds=hsts_seconds)
        self._cache = Cache(self._ask_services, most_bytes=cache_bytes, always=self._always)
        self._composed = Composed(self._cache, self._house_rules)
        self._announcements = Announcements(
            redis_url,
            {
                announcements.CHANNEL: self._ended,
                of_catalogue.CHANNEL: self._cache,
                of_house_rules.CHANNEL: self._house_rules,
            },
        )
        self._pages = self._made_pages(public_url)
        self._app = self._chain()
        self._followers: list[asyncio.Task[None]] = []

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """As Django's settings say."""
        return cls(
            public_url=settings.PUBLIC_URL,
            assertion_key=settings.ASSERTION_KEY,
            redis_url=settings.REDIS_URL,
            upstream_urls=settings.UPSTREAM_URLS,
            socket_urls=settings.SOCKET_URLS,
            treatment=settings.UPSTREAM_TREATMENT,
            broker_url=settings.BROKER_URL,
            staff_need_second_factor=settings.STAFF_NEED_SECOND_FACTOR,
            trusted_proxies=settings.TRUSTED_PROXIES,
            cors_origins=settings.CORS_ORIGINS,
            hsts_seconds=settings.HSTS_SECONDS,
            rate_limits=settings.RATE_LIMITS,
            socket_limits=settings.SOCKET_LIMITS,
            connections_an_address=settings.CONNECTIONS_AN_ADDRESS,
            grace_seconds=settings.BROWSER_GRACE_SECONDS,
            cache_bytes=settings.CACHE_BYTES,
            bodies_bytes=settings.BODIES_BYTES,
            static_root=settings.STATIC_ROOT,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._live if scope["type"] == "lifespan" else self._app)(scope, receive, send)

    def _ask_services(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One of them, or several for one answer."""
        app = self._composed if scope["exchange"].route.service is GATEWAY else self._proxy
        return app(scope, receive, send)

    def _chain(self) -> ASGIApp:
        """The way in, from the inside out."""
        ends: dict[str, ASGIApp] = {
            "http": self._cache,
            "websocket": Sockets(
                self._socket_balancers,
                self._assertions,
                self._origin,
                self._socket_limits,
                open_sockets=self._open_sockets,
            ),
        }

        def end(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            return ends[scope["type"]](scope, receive, send)

        app: ASGIApp = self._guarded(end)
        app = Routing(app, house_rules=self._house_rules, pages=self._pages)
        app = with_static_files(app, self._static_root)
        app = HeaderHygiene(app, origin=self._origin, proxies=self._proxies)
        app = ProblemAnswers(app, pages=ProblemPages(self._browsers))
        cors = Cors(app, origins=self._cors_origins) if self._cors_origins else None
        observed = Observed(AnswerHeads(cors or app, always=self._always), lines=self._lines)
        self._at_once = AtOnce(
            cache=self._cache, tokens=self._tokens, house_rules=self._house_rules, observed=observed, cors=cors
        )
        return CorrelationId(observed)

    def _guarded(self, app: ASGIApp) -> ASGIApp:
        app = BodyLimit(app, room=self._bodies)
        app = RateLimits(app, limiter=self._limiter, is_in_memory=self._cache.holds) if self._limiter else app
        return Authentication(
            app,
            tokens=self._tokens,
            api_keys=self._api_keys,
            browsers=self._browsers,
            staff_door=self._staff_door,
            house_rules=self._house_rules,
            limiter=self._limiter,
        )

    def _made_pages(self, public_url: str) -> Pages:
        async def keys_are_known() -> bool:
            return self._keys.is_known

        checks = {"database": database_answers, "redis": self._announcements.redis_answers, "keys": keys_are_known}
        site = Site(
            users=self._users,
            browsers=self._browsers,
            platform=Platform(self._balancers, self._socket_balancers, self._assertions, self._broker_url),
            assertions=self._assertions,
            origin=self._origin,
        )
        return Pages(public_url=public_url, checks=checks, site=self._guarded(site), routes=page_routes())

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] |= {ADMITTANCE: self._admittance, AT_ONCE: self._at_once}
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
        await asyncio.gather(self._ended.load(), self._house_rules.load(), *(each.look_up() for each in every))
        if self._limiter:
            await self._limiter.start()
        metrics.on_scrape(partial(gauges.show, self._balancers, self._socket_balancers))
        forever = [
            self._announcements.follow(),
            self._ended.keep_fresh(),
            self._house_rules.keep_fresh(),
            self._keys.keep_fresh(),
            self._keys.keep_what_is_heard(),
        ]
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
        await self._browsers.close()
        self._api_keys.close()
        for balancer in self._balancers.values():
            balancer.close()
        self._lines.flush()
