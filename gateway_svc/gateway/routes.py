"""Which service answers a path, how much it takes and how long it may think: a table built from the topology."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from common.topology import FILES, GATEWAY, SERVICES, Service
from gateway_svc.gateway.api_root import PATH as API_ROOT_PATH

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a class of requests may cost."""

    body_bytes: int
    first_byte_seconds: float
    """From the end of the request to the beginning of its answer."""
    body_seconds: float = 60.0
    """For all of the request's body to arrive."""
    idle_seconds: float = 30.0
    """Between two pieces of a body, in either direction."""


ORDINARY = Limits(body_bytes=MEBIBYTE, first_byte_seconds=10.0)
# A file of 25 MiB and the multipart around it.
# The forms of our own pages.
PAGE = Limits(body_bytes=64 * 1024, first_byte_seconds=10.0, body_seconds=15.0, idle_seconds=10.0)
UPLOAD = Limits(body_bytes=26 * MEBIBYTE, first_byte_seconds=60.0, body_seconds=300.0)


@dataclass(frozen=True, slots=True)
class Route:
    """Paths that one service answers."""

    prefix: str
    service: Service
    limits: Limits = ORDINARY
    method: str = ""
    """Only this one, and only the very path; empty for all."""
    is_dear: bool = False
    """Few at once."""
    is_for_staff: bool = False
    """Nobody else gets to see that there is something."""


class RouteTable:
    """The routes, the most exact first. A prefix with a slash at its end stands for all below it."""

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: -len(route.prefix))
        self._exact = {(route.method, route.prefix): route for route in ordered}
        self._below = [(route.prefix, route) for route in ordered if route.prefix.endswith("/") and not route.method]

    def find(self, path: str, method: str = "") -> Route | None:
        """The route that answers this path; None when nobody does."""
        route = self._exact.get((method, path)) or self._exact.get(("", path))
        if route:
            return route
        for prefix, below in self._below:
            if path.startswith(prefix):
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
    routes = [_route(prefix, service) for service in SERVICES for prefix in service.prefixes]
    routes += [_route(service.admin_path, service) for service in SERVICES if service is not GATEWAY]
    upload = Route(FILES.prefixes[0], FILES, UPLOAD, method="POST")
    dear = [Route(path, service, method="POST", is_dear=True) for service in SERVICES for path in service.dear_paths]
    composed = [Route(prefix, GATEWAY) for prefix in COMPOSED_PREFIXES]
    return RouteTable([*routes, *dear, *composed, upload])


def page_routes() -> RouteTable:
    """Pages that the gateway shows itself, where no service does."""
    links = (Route(path, GATEWAY, PAGE, method="GET") for path in ("/", API_ROOT_PATH))
    return RouteTable([*links, *(_route(prefix, GATEWAY, PAGE) for prefix in PAGE_PREFIXES)])


def _route(prefix: str, service: Service, limits: Limits = ORDINARY) -> Route:
    return Route(prefix, service, limits, is_for_staff=prefix.startswith(ADMIN_PREFIX))


def socket_routes() -> RouteTable:
    """Where WebSockets go."""
    return RouteTable(Route(prefix, service) for service in SERVICES for prefix in service.socket_prefixes)
