"""What is known about one request while it is in the gateway."""

from __future__ import annotations

from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.routes import Route


class Exchange:
    """Filled in by the middleware one after the other; travels as ``scope["exchange"]``."""

    authorization: tuple[bytes, ...] = ()
    cookie: str = ""
    """The session cookie, which no service gets to see."""
    content_length: int | None = None
    is_chunked: bool = False
    is_body_read: bool = False
    is_undecided: bool = False
    """The caller could not be identified because user_svc or the database is away: a 401 would be wrong."""
    instance: str = ""
    """The address of the instance that answered."""
    status: int = 0
    cache: str = ""
    """How the cache took part in the response, in a word; empty if it did not."""

    def __init__(
        self,
        names: Correlation,
        *,
        headers: Headers | None = None,
        client: str = "",
        route: Route | None = None,
        principal: Principal = ANONYMOUS,
    ) -> None:
        self.names = names
        self.headers: Headers = [] if headers is None else headers
        """The caller's headers that may be passed on."""
        self.client = client
        """The client's network address, as trusted proxies forward it."""
        self.route = route
        self.principal = principal
        self.marks: Headers = []
        """Headers for the response, whoever gives it: request id, rate limit, cache status."""

    @property
    def audience(self) -> str:
        """The name of the service that it goes to; empty until it is routed."""
        return self.route.service.name if self.route else ""

    @property
    def wants_page(self) -> bool:
        """The client is a browser that a person looks at; programs get problem details."""
        return not self.authorization and any(
            name == b"accept" and b"text/html" in value for name, value in self.headers
        )

    def is_strange_visitor(self, method: str) -> bool:
        """A person at a browser who is not signed in, and can be redirected to the sign-in page."""
        return method == "GET" and self.principal.is_anonymous and self.wants_page and not self.is_undecided

    @property
    def has_body(self) -> bool:
        """The caller announced a body, of a known length or not."""
        return self.is_chunked or bool(self.content_length)
