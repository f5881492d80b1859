"""Which scope a request needs of an API key: the noun of its path, and whether it changes something."""

from __future__ import annotations

from common.topology import FILES, NOTIFICATIONS, ORDERS, PRODUCTS
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import ScopeMissing

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Payments, sign-in, second factors, keys, admins and pages are for nobody's key.
_NOUNS = {
    **dict.fromkeys((*PRODUCTS.prefixes, "/api/v1/sellers/", "/api/v1/home/"), "catalogue"),
    **dict.fromkeys(ORDERS.prefixes[:2], "orders"),
    **dict.fromkeys((*NOTIFICATIONS.prefixes, *NOTIFICATIONS.socket_prefixes), "notifications"),
    **dict.fromkeys(FILES.prefixes, "files"),
    "/api/v1/users/me/": "account",
}
# A ticket says nothing of the key that it was got with; a program opens its live feed with the key itself.
_FOR_NO_KEY = ("/api/v1/users/me/factors/", "/api/v1/notifications/ticket/")


def scope_of(method: str, path: str) -> str | None:
    """The scope that opens it; None where none does."""
    if path.startswith(_FOR_NO_KEY):
        return None
    noun = next((noun for prefix, noun in _NOUNS.items() if path.startswith(prefix)), None)
    return noun and f"{noun}:{'read' if method in _READING else 'write'}"


def require_scope(principal: Principal, method: str, path: str) -> None:
    """Let people pass, and keys that may. Raises ScopeMissing."""
    if principal.scopes is None:
        return
    scope = scope_of(method, path)
    if scope not in principal.scopes:
        raise ScopeMissing(scope)
