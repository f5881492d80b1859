"""What a key's scopes open."""

from __future__ import annotations

import re

import pytest

from common.testing.documented import document
from gateway_svc.api_keys.rules import SCOPES
from gateway_svc.gateway.key_scopes import scope_of

SOME_ID = "0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21"
OPERATIONS = [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]
# Signing in and out, second factors, tickets of browsers, keys, payment providers' notices, and the gateway's own.
FOR_NO_KEY = re.compile(
    r"/api/v1/(?:$|auth/|api-keys/|payments/|me/|users/me/factors/|notifications/ticket/)"
    r"|/$|/api/(?:docs|schema)/|/health/|/metrics|/.well-known/"
)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_each_operation_needs_one_or_is_for_no_key(method: str, path: str) -> None:
    scope = scope_of(method, re.sub(r"{\w+}", SOME_ID, path))

    assert (scope is None) == bool(FOR_NO_KEY.match(path))
    assert scope is None or scope in SCOPES
    assert scope is None or scope.endswith(":read" if method == "GET" else ":write")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/products/", "catalogue:read"),
        ("HEAD", "/api/v1/inventory/A-1/", "catalogue:read"),
        ("PATCH", "/api/v1/sellers/me/", "catalogue:write"),
        ("POST", "/api/v1/orders/", "orders:write"),
        ("BREW", "/api/v1/cart/", "orders:write"),
        ("GET", "/ws/notifications/", "notifications:read"),
        ("GET", "/admin/orders/", None),
        ("GET", "/account/", None),
        ("POST", "/login/", None),
        ("POST", "/api/v1/auth/password/change/", None),
        ("POST", "/api/v1/users/me/factors/totp/", None),
        ("POST", "/api/v1/api-keys/", None),
        ("POST", "/api/v1/notifications/ticket/", None),
        ("POST", "/api/v1/notifications/read-all/", "notifications:write"),
    ],
)
def test_follow_from_path_and_method(method: str, path: str, scope: str | None) -> None:
    assert scope_of(method, path) == scope
