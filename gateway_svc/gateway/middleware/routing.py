"""Where a request goes."""

from __future__ import annotations

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.problems import UnknownPath
from gateway_svc.gateway.routes import RouteTable


class Routing:
    """Find the service; what belongs to none is the gateway's own or nowhere to be found."""

    def __init__(self, app: ASGIApp, *, http: RouteTable, sockets: RouteTable, pages: ASGIApp) -> None:
        self.app = app
        self._http = http
        self._sockets = sockets
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            route = self._sockets.find(scope["path"])
            if route is None:
                raise UnknownPath
        else:
            route = self._http.find(scope["path"], scope["method"])
            if route is None:
                return await self._pages(scope, receive, send)
        scope["exchange"].route = route
        return await self.app(scope, receive, send)
