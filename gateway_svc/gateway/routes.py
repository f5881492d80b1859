"""The route table, built from the topology: which service answers a path, with which limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from common.topology import FILES, GATEWAY, SERVICES, Service
from gateway_svc.gateway.api_root import PATH as API_ROOT_PATH

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a class of requests."""

    body_bytes: int
    first_byte_seconds: float
    """From the end of the request to the beginning of its answer."""
    body_seconds: float = 60.0
    """For all of the request's body to arrive."""
    idle_seconds: float = 30.0
    """Between two pieces of a body, in either direction."""
    total_seconds: float = 15.0
    """From the end of the request to the end of its answer, as far as the service is waited for."""
    connect_seconds: float = 1.0
    """For a connection to an instance."""


ORDINARY = Limits(body_bytes=MEBIBYTE, first_byte_seconds=10.0)
# The forms of our own pages.
PAGE = Limits(body_bytes=64 * 1024, first_byte_seconds=10.0, body_seconds=15.0, idle_seconds=10.0)
# A file of 25 MiB and the multipart around it.
UPLOAD = Limits(body_bytes=26 * MEBIBYTE, first_byte_seconds=60.0, body_seconds=300.0, total_seconds=300.0)
# For responses that may be large.
DOWNLOAD = Limits(body_bytes=MEBIBYTE, first_byte_seconds=10.0, total_seconds=300.0)
# For the handshake.
SOCKET = Limits(body_bytes=MEBIBYTE, first_byte_seconds=5.0)


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a route is closed, and when to come back: what its callers are told."""

    because: str
    back_in_seconds: int


@dataclass(frozen=True, slots=True)
class Route:
    """Some paths, and the service that answers them."""

    prefix: str
    service: Service
    limits: Limits = ORDINARY
    method: str = ""
    """If set, only this method, and only this exact path, or with a ``*`` at its end all paths below it."""
    is_dear: bool = False
    """Expensive: few are let in at once."""
    honours_keys: bool = False
    """The service honours an Idempotency-Key, so a request that has one may be sent twice."""
    is_for_staff: bool = False
    """Only staff are let in."""
    closing: Closing | None = None
    """If set, the route is closed for everybody."""

    @property
    def name(self) -> str:
        """What settings call it."""
        return f"{self.method} {self.prefix}".strip()

    def covers(self, other: Route) -> bool:
        """Every request to the other route would match this one, if the other did not exist."""
        return not self.method and (self.prefix == other.prefix or _is_below(other.prefix, self.prefix))


class RouteTable:
    """The routes, the most exact first. A prefix with a slash at its end stands for all below it."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = sorted(routes, key=lambda route: -len(route.prefix))
        self._exact = {(route.method, route.prefix): route for route in self.routes}
        self._below = [
            (route.prefix.removesuffix("*"), route)
            for route in self.routes
            if route.prefix.endswith("*" if route.method else "/")
        ]

    def find(self, path: str, method: str = "") -> Route | None:
        """The route that answers this path; None when nobody does."""
        route = self._exact.get((method, path)) or self._exact.get(("", path))
        if route:
            return route
        for prefix, below in self._below:
            if path.startswith(prefix) and below.method in ("", method):
                return below
        return None


ADMIN_PREFIX = "/admin/"
COMPOSED_PREFIXES = ("/api/v1/home/", "/api/v1/me/")
"""Where the gateway puts answers together of several services' (composed.py)."""
PAGE_PREFIXES = (
    *("/favicon.ico", "/login/", "/logout/", "/register/", "/account/", "/api/docs/", ADMIN_PREFIX),
    *GATEWAY.own_prefixes,
)


def http_routes() -> RouteTable:
    """Where HTTP requests go."""
    routes = [_route(prefix, service, _limits(service)) for service in SERVICES for prefix in service.prefixes]
    routes += [_route(service.admin_path, service) for service in SERVICES if service is not GATEWAY]
    single = [_single(request, each) for each in SERVICES for request in (*each.dear_requests, *_keyed(each))]
    composed = [Route(prefix, GATEWAY) for prefix in COMPOSED_PREFIXES]
    return RouteTable([*routes, *single, *composed])


def page_routes() -> RouteTable:
    """Pages that the gateway shows itself, where no service does."""
    links = (Route(path, GATEWAY, PAGE, method="GET") for path in ("/", API_ROOT_PATH))
    return RouteTable([*links, *(_route(prefix, GATEWAY, PAGE) for prefix in PAGE_PREFIXES)])


def routes_by_name() -> dict[str, Route]:
    """All that lead to services; what the gateway shows itself is always open, or nobody could open anything again."""
    return {route.name: route for table in (http_routes(), socket_routes()) for route in table.routes}


def _is_below(path: str, prefix: str) -> bool:
    return prefix.endswith("/") and path.startswith(prefix)


def _limits(service: Service) -> Limits:
    return DOWNLOAD if service is FILES else ORDINARY


def _keyed(service: Service) -> list[str]:
    return [f"POST {path}" for path in service.keyed_paths]


def _single(request: str, service: Service) -> Route:
    method, _, path = request.partition(" ")
    return Route(
        path,
        service,
        UPLOAD if service is FILES else ORDINARY,
        method=method,
        is_dear=request in service.dear_requests,
        honours_keys=request in _keyed(service),
    )


def _route(prefix: str, service: Service, limits: Limits = ORDINARY) -> Route:
    return Route(prefix, service, limits, is_for_staff=prefix.startswith(ADMIN_PREFIX))


def socket_routes() -> RouteTable:
    """Where WebSockets go."""
    return RouteTable(Route(prefix, service, SOCKET) for service in SERVICES for prefix in service.socket_prefixes)
