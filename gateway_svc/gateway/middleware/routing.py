"""Routing."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.problems import Closed, UnknownPath, UpgradeRequired


class Routing:
    """Finds the route to a service. Anything else goes to the gateway's own pages, which answer 404 if need be."""

    def __init__(self, app: ASGIApp, *, house_rules: HouseRules, pages: ASGIApp) -> None:
        self.app = app
        self._house_rules = house_rules
        self._pages = pages

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "websocket":
            route = self._house_rules.now.sockets.find(scope["path"])
            if route is None:
                raise UnknownPath
        else:
            route = self._house_rules.now.http.find(scope["path"], scope["method"])
            if route is None:
                if self._house_rules.now.sockets.find(scope["path"]):
                    raise UpgradeRequired
                return self._pages(scope, receive, send)
        if route.closing:
            raise Closed(route.closing.because, route.closing.back_in_seconds)
        scope["exchange"].route = route
        return self.app(scope, receive, send)
