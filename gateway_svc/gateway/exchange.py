"""What is known of one request while it is in the gateway."""

from __future__ import annotations

from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.routes import Route


class Exchange:
    """Filled in on the way through the middleware; travels as ``scope["exchange"]``."""

    authorization: tuple[bytes, ...] = ()
    cookie: str = ""
    """The one by which we know a browser, which no service gets to see."""
    content_length: int | None = None
    is_chunked: bool = False
    is_body_read: bool = False
    is_undecided: bool = False
    """Who asks could not be found out just now, so nobody may be told to sign in."""
    instance: str = ""
    """The address of who answered."""
    status: int = 0
    cache: str = ""
    """How a cache took part in the answer, in a word; empty where it did not."""

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
        """The network address of whoever asks, with trusted proxies looked through."""
        self.route = route
        self.principal = principal
        self.marks: Headers = []
        """What the answer says of how it came about, whoever gives it."""

    @property
    def audience(self) -> str:
        """The service that it goes to; empty while that is not known."""
        return self.route.service.name if self.route else ""

    @property
    def wants_page(self) -> bool:
        """A person looks at the answer, in a browser; programs take problem details."""
        return not self.authorization and any(
            name == b"accept" and b"text/html" in value for name, value in self.headers
        )

    def is_strange_visitor(self, method: str) -> bool:
        """A person in a browser who has not signed in, and can be led to where one does."""
        return method == "GET" and self.principal.is_anonymous and self.wants_page and not self.is_undecided

    @property
    def has_body(self) -> bool:
        """The caller announced a body, of a known length or not."""
        return self.is_chunked or bool(self.content_length)
