"""The six services and everything that is named after them: said once, read by all.

The gateway's routes, ``manage_all.py``, the broker's queues and the tests are built from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

FACTS_EXCHANGE = "opencommerce.facts"
DEAD_EXCHANGE = "opencommerce.dead"
ADMIN_PATH = "/admin/"
"""The page in front of the six admins, which the gateway answers."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One Django project: what it answers for, and what its parts are called."""

    name: str
    admin_path: str
    """Where those who run the shop look after it."""
    prefixes: tuple[str, ...] = ()
    """Paths that the gateway sends here; the longest that matches wins."""
    own_prefixes: tuple[str, ...] = ()
    """Paths of its API that lead nowhere further: those of the gateway itself."""
    open_paths: tuple[str, ...] = ()
    """Paths of its API below which strangers may send something; elsewhere what they send is not even read."""
    dear_requests: tuple[str, ...] = ()
    """What costs much, by method and path (``*`` is any name at its end): the gateway lets few in at once, so that the
    others get their turn."""
    keyed_paths: tuple[str, ...] = ()
    """Paths where a POST with an Idempotency-Key is done once, however often it comes: it may be sent again."""
    socket_prefixes: tuple[str, ...] = ()
    """Paths of WebSockets, answered by a process of their own."""
    workers: tuple[tuple[str, ...], ...] = (("facts", "work"),)
    """The worker processes, each with the kinds of queue it takes from."""

    def is_dear(self, method: str, path: str) -> bool:
        """Whether this request costs much."""
        parent = path.rstrip("/").rpartition("/")[0]
        return not {f"{method} {path}", f"{method} {parent}/*"}.isdisjoint(self.dear_requests)

    @property
    def api_prefixes(self) -> tuple[str, ...]:
        """All paths of its API."""
        return (*self.prefixes, *self.own_prefixes)

    def takes_from_strangers(self, path: str) -> bool:
        """Somebody who has not signed in may send something there; pages decide for themselves."""
        return path.startswith(self.open_paths) or not path.startswith(self.api_prefixes)

    @property
    def facts_queue(self) -> str:
        """Where the facts that it must hear wait."""
        return f"{self.name}.facts"

    @property
    def work_queue(self) -> str:
        """Where its own slow and scheduled work waits."""
        return f"{self.name}.work"

    @property
    def dead_queue(self) -> str:
        """Where what could not be handled waits for a person."""
        return f"{self.name}.dead"

    @property
    def private_exchange(self) -> str:
        """Where its retries and replays go, so that no other service hears them again."""
        return f"{self.name}.private"

    @property
    def database_variable(self) -> str:
        """The environment variable that holds the URL of its database."""
        return f"{self.name.upper()}_DATABASE_URL"

    @property
    def url_variable(self) -> str:
        """The environment variable that tells the gateway where its instances answer (comma separated)."""
        return f"{self.name.upper()}_URL"

    @property
    def socket_url_variable(self) -> str:
        """The environment variable that tells the gateway where its WebSockets answer."""
        return f"{self.name.upper()}_SOCKET_URL"

    @property
    def admin_name(self) -> str:
        """What people call its admin: ``Users``."""
        return self.admin_path.removeprefix(ADMIN_PATH).strip("/").capitalize()

    @property
    def settings_module(self) -> str:
        """Its Django settings."""
        return f"{self.name}.config.settings"


USERS = Service(
    name="user_svc",
    admin_path="/admin/users/",
    prefixes=("/.well-known/jwks.json", "/api/v1/auth/", "/api/v1/users/", "/api/v1/sellers/"),
    open_paths=("/api/v1/auth/",),
    # Hashing a password is slow on purpose.
    dear_requests=(
        "POST /api/v1/auth/register/",
        "POST /api/v1/auth/token/",
        "POST /api/v1/auth/password/change/",
        "POST /api/v1/auth/password/reset/confirm/",
        "PATCH /api/v1/users/me/",
        "POST /api/v1/users/me/factors/totp/",
        "DELETE /api/v1/users/me/factors/totp/",
        "POST /api/v1/users/me/factors/passkeys/options/",
        "DELETE /api/v1/users/me/factors/passkeys/*",
        "POST /api/v1/users/me/factors/recovery-codes/",
    ),
)
PRODUCTS = Service(
    name="product_svc",
    admin_path="/admin/products/",
    prefixes=("/api/v1/categories/", "/api/v1/products/", "/api/v1/inventory/"),
)
ORDERS = Service(
    name="order_svc",
    admin_path="/admin/orders/",
    prefixes=("/api/v1/cart/", "/api/v1/orders/", "/api/v1/payments/"),
    open_paths=("/api/v1/cart/", "/api/v1/orders/quote/", "/api/v1/payments/webhooks/"),
    keyed_paths=("/api/v1/orders/",),
    # A card provider that answers late must not hold up the facts.
    workers=(("facts",), ("work",)),
)
NOTIFICATIONS = Service(
    name="notify_svc",
    admin_path="/admin/notifications/",
    prefixes=("/api/v1/notifications/",),
    socket_prefixes=("/ws/notifications/",),
)
FILES = Service(
    name="file_svc",
    admin_path="/admin/files/",
    prefixes=("/api/v1/files/",),
    keyed_paths=("/api/v1/files/",),
)
GATEWAY = Service(name="gateway_svc", admin_path="/admin/gateway/", own_prefixes=("/api/v1/api-keys/",))

SERVICES = (USERS, PRODUCTS, ORDERS, NOTIFICATIONS, FILES, GATEWAY)
BY_NAME = {service.name: service for service in SERVICES}
