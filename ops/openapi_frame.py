"""The parts of the OpenAPI document that all services share, and the gateway's own operations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from common.api.openapi.refusals import COMMON, PROBLEM, common_refusal
from common.api.problems import CONTENT_TYPE

Json = dict[str, Any]

SESSION_COOKIE = "opencommerce_session"

_DESCRIPTION = """
One API for all services of the shop. Requests and responses are JSON in UTF-8; paths end in a slash; ids are UUIDs,
times are RFC 3339 in UTC, and every URL in a response is absolute.

**Authentication.** `POST /api/v1/auth/token/` returns an access token (`Authorization: Bearer …`, valid for 15
minutes) and a refresh token, which works once. A browser that is signed in on the shop's own page sends its session
cookie instead and, with any method but GET and HEAD, the value of its `csrftoken` cookie as `X-CSRFToken`. Operations
that need no authentication are marked as such.

**Money** is `{"amount": "19.99", "currency": "USD"}`: a decimal as a string, with as many places as the currency has.

**Lists** are paginated by cursor: `next` and `previous` are URLs or null. Follow them as they are; `page_size` is 1 to
100.

**Errors** are problem details (RFC 9457) with a stable `code` and, for invalid fields, their paths in `errors`.
Besides the errors listed for an operation, any request can fail with 408 (it took too long to arrive), 431 or 413
(headers or body too large), 429 (too many requests), 405 (method not allowed) or 502 (a service sent an invalid
response). Every response carries `X-Request-ID`.

**Rate limits** are told by each response (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy:
"reading";q=1200;w=60` is the policy, 1200 requests that are replenished within 60 seconds; `RateLimit:
"reading";r=1187;t=1` means that 1187 are left for the next second. A 429 says in `Retry-After` how many seconds to
wait.

**Idempotency.** Where `Idempotency-Key` is accepted, a request that is repeated with the same key is performed once
and returns the same response again, with `Idempotent-Replayed: true`; a different request with the same key fails with
422.

**The live feed** is a WebSocket, `GET /ws/notifications/?after=<last sequence received>`. A program sends its bearer
token, or offers the subprotocols `["bearer", "<access>"]`; a browser gets a ticket (`POST
/api/v1/notifications/ticket/`) and connects with `?ticket=…`. The project's AsyncAPI document describes its messages,
and the facts that the services publish.

**Pages for people** – `/login/`, `/logout/`, `/register/`, `/account/` and the admins under `/admin/` – are not part
of this document.
"""

INFO: Json = {"title": "OpenCommerce", "version": "1", "description": _DESCRIPTION.strip()}

TAG: Json = {"name": "gateway", "description": "Entry points, health, metrics, and responses from several services."}

_TEXT: Json = {"type": "string"}
_URL: Json = {"type": "string", "format": "uri"}

SCHEMAS: Json = {
    "Problem": {
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "properties": {
            "type": _URL,
            "title": {"type": "string", "description": "The phrase of the status."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "An explanation for people."},
            "code": {"type": "string", "description": "The error code, for programs."},
            "request_id": {"type": "string", "description": "The id of this request in the logs."},
            "errors": {
                "type": "object",
                "description": "The errors of each invalid field, by its path in the request.",
                "additionalProperties": {"type": "array", "items": _TEXT},
            },
        },
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "examples": [
            {
                "type": "urn:opencommerce:problem:invalid",
                "title": "Bad Request",
                "status": 400,
                "detail": "The request has fields that cannot be accepted.",
                "code": "invalid",
                "request_id": "0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21",
                "errors": {"items.0.quantity": ["Ensure this value is greater than or equal to 1."]},
            }
        ],
    },
    "Health": {
        "type": "object",
        "properties": {"status": _TEXT, "checks": {"type": "object", "additionalProperties": _TEXT}},
        "required": ["status"],
    },
    "KeySet": {
        "type": "object",
        "description": "A JSON Web Key Set (RFC 7517).",
        "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
        "required": ["keys"],
    },
}


def _part(schema: Json, description: str) -> Json:
    return {"description": f"{description} Null if it is named in `degraded`.", "anyOf": [schema, {"type": "null"}]}


def _list_of(component: str) -> Json:
    return {"type": "array", "items": _component(component)}


def _component(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _composed(description: str, **parts: Json) -> Json:
    """The schema of a response that the gateway composes from those of several services."""
    degraded = {
        "type": "array",
        "description": "The parts that are missing, because their service did not answer in time.",
        "items": {"enum": list(parts), "type": "string"},
    }
    properties = {**parts, "degraded": degraded}
    return {"type": "object", "description": description, "properties": properties, "required": list(properties)}


SCHEMAS |= {
    "Home": _composed(
        "What a shop's front page shows.",
        featured=_part(_list_of("catalog.ProductItem"), "The best rated products in stock."),
        categories=_part(_list_of("catalog.Category"), "All categories, as a tree."),
        newest=_part(_list_of("catalog.ProductItem"), "The newest products."),
    ),
    "Overview": _composed(
        "What a customer's overview shows.",
        profile=_part(_component("accounts.Profile"), "The caller's account."),
        cart=_part(_component("carts.Cart"), "The caller's cart."),
        orders=_part(_list_of("orders.AnyOrder"), "The caller's last five orders."),
        unread=_part({"type": "integer", "minimum": 0}, "The number of unread notifications."),
    ),
}

_RETRY_AFTER: Json = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_CHALLENGE: Json = {"WWW-Authenticate": {"description": "The authentication scheme (RFC 6750).", "schema": _TEXT}}
_HEADERS: dict[int, Json] = {401: _CHALLENGE, 429: _RETRY_AFTER, 503: _RETRY_AFTER}


def _common_response(status: int, meaning: str) -> Json:
    response = {"description": meaning, "content": {CONTENT_TYPE: {"schema": PROBLEM}}}
    return {**response, "headers": _HEADERS[status]} if status in _HEADERS else response


COMPONENTS: Json = {
    "responses": {name: _common_response(status, meaning) for status, (name, meaning) in COMMON.items()},
    "parameters": {
        "Cursor": {
            "name": "cursor",
            "in": "query",
            "description": "The position in the list, taken from `next` or `previous`.",
            "schema": _TEXT,
        },
        "PageSize": {
            "name": "page_size",
            "in": "query",
            "description": "The size of a page; values over 100 count as 100.",
            "schema": {"type": "integer", "minimum": 1, "default": 20},
        },
    },
    "securitySchemes": {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token, or an API key (`oc_…`) with the required scope.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "The session cookie of a browser, from the shop's page `/login/`.",
        },
        "ticket": {
            "type": "apiKey",
            "in": "query",
            "name": "ticket",
            "description": "A single-use ticket from `POST /api/v1/notifications/ticket/`, for the live feed only.",
        },
    },
}


_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier response; 304 if unchanged.",
    "schema": _TEXT,
}
_ETAG: Json = {"ETag": {"description": "The entity tag, for `If-None-Match`.", "schema": _TEXT}}
_NOT_MODIFIED: Json = {"304": {"description": "Not modified."}}
# Refusals of every operation that looks at the caller's credentials.
_OF_GUARDED = (400, 401, 403, 429, 500, 503)


def _own(
    summary: str,
    operation_id: str,
    schema: Json,
    *,
    statuses: tuple[int, ...] = (200,),
    refusals: tuple[int, ...] = (),
    media_type: str = "application/json",
) -> Json:
    """A GET that needs no authentication, and no service or just one."""
    answers = {str(status): _plain_answer(status, media_type, schema) for status in statuses}
    answers |= _refusals(*refusals)
    operation = {"operationId": operation_id, "summary": summary, "tags": ["gateway"], "security": [{}]}
    return {"get": {**operation, "responses": answers}}


def _refusals(*statuses: int) -> Json:
    return {str(status): common_refusal(status) for status in statuses}


def _kept(operation: Json) -> Json:
    """The operation with an ETag and ``If-None-Match``."""
    get = operation["get"]
    good = {**get["responses"]["200"], "headers": _ETAG}
    responses = {**get["responses"], "200": good, **_NOT_MODIFIED}
    parameters = [*get.get("parameters", []), _IF_NONE_MATCH]
    return {"get": {**get, "parameters": parameters, "responses": dict(sorted(responses.items()))}}


def _plain_answer(status: int, media_type: str, schema: Json) -> Json:
    answer = {"description": HTTPStatus(status).phrase, "content": {media_type: {"schema": schema}}}
    return {**answer, "headers": _HEADERS[status]} if status in _HEADERS else answer


def _composed_operation(summary: str, operation_id: str, component: str, *, is_public: bool) -> Json:
    """A GET composed from several services, without those that are down."""
    good = {"description": SCHEMAS[component]["description"], "content": _json_of(component)}
    operation = {
        "operationId": operation_id,
        "summary": summary,
        "description": "A part whose service does not answer in time is null, and named in `degraded`.",
        "tags": ["gateway"],
        "security": [*([{}] if is_public else []), {"bearer": []}, {"session": []}],
        "responses": {"200": good, **_refusals(*_OF_GUARDED)},
    }
    return _kept({"get": operation}) if is_public else {"get": operation}


def _json_of(component: str) -> Json:
    return {"application/json": {"schema": _component(component)}}


_HEALTH: Json = {"$ref": "#/components/schemas/Health"}

_AFTER: Json = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "The last sequence number received: later notifications are sent first. Without it, only new ones.",
    "schema": {"type": "integer", "minimum": 0},
}
_UPGRADE_REQUIRED: Json = {
    "description": "The request does not ask for a WebSocket.",
    "headers": {"Upgrade": {"description": "The protocol to upgrade to.", "schema": _TEXT}},
    "content": {CONTENT_TYPE: {"schema": PROBLEM}},
}
_LIVE_FEED: Json = {
    "get": {
        "operationId": "live_feed",
        "summary": "Opens the caller's live feed, a WebSocket (RFC 6455)",
        "description": "Without a valid credential the WebSocket is opened and then closed with code 4401.",
        "tags": ["notifications"],
        "security": [{"bearer": []}, {"ticket": []}],
        "parameters": [_AFTER],
        "responses": {
            "101": {"description": "Switching protocols; the AsyncAPI document describes the messages."},
            **_refusals(400, 403, 404),
            "426": _UPGRADE_REQUIRED,
            **_refusals(429, 500, 503),
        },
    }
}

PATHS: Json = {
    "/": _own(
        "Returns the entry points",
        "welcome",
        {
            "type": "object",
            "properties": {"name": _TEXT, "links": {"type": "object", "additionalProperties": _URL}},
            "required": ["name", "links"],
        },
    ),
    "/.well-known/jwks.json": _own(
        "Returns the public keys of access tokens (JWKS, RFC 7517)",
        "jwks",
        {"$ref": "#/components/schemas/KeySet"},
        refusals=_OF_GUARDED,
    ),
    "/api/docs/": _own(
        "Shows this document as a page on which each operation can be tried",
        "docs",
        _TEXT,
        refusals=_OF_GUARDED,
        media_type="text/html",
    ),
    "/api/v1/": _own(
        "Returns the URLs of all collections",
        "root",
        {"type": "object", "additionalProperties": _URL},
    ),
    "/api/v1/home/": _composed_operation(
        "Returns featured products, categories and newest products in one response", "home", "Home", is_public=True
    ),
    "/api/v1/me/overview/": _composed_operation(
        "Returns the caller's account, cart, last orders and number of unread notifications in one response",
        "me_overview",
        "Overview",
        is_public=False,
    ),
    "/api/schema/": _kept(
        _own(
            "Returns this document",
            "schema",
            {"type": "object"},
            media_type="application/vnd.oai.openapi+json;version=3.1",
        )
    ),
    "/health/live": _own("Liveness: whether the process runs", "health_live", _HEALTH),
    "/health/ready": _own("Readiness: whether its dependencies are up", "health_ready", _HEALTH, statuses=(200, 503)),
    "/metrics": _own(
        "Returns Prometheus metrics, on a local shop only, to clients on the same machine",
        "metrics",
        _TEXT,
        refusals=(404,),
        media_type="text/plain",
    ),
    "/ws/notifications/": _LIVE_FEED,
}
