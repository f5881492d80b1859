"""The parts of the OpenAPI document that all services share, and the gateway's own operations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from common.api.openapi.refusals import COMMON, PROBLEM, common_refusal
from common.api.problems import CONTENT_TYPE

Json = dict[str, Any]

SESSION_COOKIE = "opencommerce_session"

_DESCRIPTION = """
One API in front of all services of the shop. JSON in and out, UTF-8, trailing slashes; ids are UUIDs, times RFC 3339 in
UTC, and every URL in an answer is absolute.

**Signing in.** `POST /api/v1/auth/token/` gives an access token (`Authorization: Bearer …`, 15 minutes) and a refresh
token, which is good once. A browser that is signed in by the shop's own page sends its cookie instead, and with
anything but GET and HEAD the value of its `csrftoken` cookie as `X-CSRFToken`. Operations that need neither say so.

**Money** is `{"amount": "19.99", "currency": "USD"}`: a decimal as text, with as many places as the currency has.

**Lists** are pages: `next` and `previous` are URLs or null. Follow them as they are; `page_size` is 1 to 100.

**Refusals** are problem details (RFC 9457) with a `code` to act upon and, where a field was bad, its path in `errors`.
Beyond what is said of each operation, any request can be refused for taking too long to arrive (408), for headers or a
body that are too large (431, 413) or because too much was asked in too little time (429), 405 says that a path is asked
by another method, and 502 that a part of the shop answered with nonsense. Each answer carries `X-Request-ID`.

**How much one may ask** stands on each answer (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy: "reading";
q=1200;w=60` is the policy, 1200 requests that come back within 60 seconds, and `RateLimit: "reading";r=1187;t=1` says
that no more than 1187 can be made within the next second. A 429 says in `Retry-After` how many seconds to wait.

**Doing things once.** Where `Idempotency-Key` is taken, a request that is repeated with the same key is done once and
gets the same answer again, with `Idempotent-Replayed: true`; another request under the same key is refused (422).

**The live feed** is a WebSocket, `GET /ws/notifications/?after=<last sequence seen>`. A program sends its bearer token,
or offers the subprotocols `["bearer", "<access>"]`; a browser gets a ticket (`POST /api/v1/notifications/ticket/`) and
connects with `?ticket=…`. Its messages are described in the AsyncAPI document of the project, with the facts that the
services tell each other.

**Pages for people** – `/login/`, `/logout/`, `/register/`, `/account/` and the admins behind `/admin/` – are no part of
this.
"""

INFO: Json = {"title": "OpenCommerce", "version": "1", "description": _DESCRIPTION.strip()}

TAG: Json = {"name": "gateway", "description": "The door itself: whether it is open, and what lies behind it."}

_TEXT: Json = {"type": "string"}
_URL: Json = {"type": "string", "format": "uri"}

SCHEMAS: Json = {
    "Problem": {
        "type": "object",
        "description": "Why a request was refused (RFC 9457).",
        "properties": {
            "type": _URL,
            "title": {"type": "string", "description": "The status in words."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A sentence for people."},
            "code": {"type": "string", "description": "What a program acts upon."},
            "request_id": {"type": "string", "description": "The name of this request in our logs."},
            "errors": {
                "type": "object",
                "description": "What is wrong with each bad field, by its path in the request.",
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
    return {"description": f"{description} Null where it is named in `degraded`.", "anyOf": [schema, {"type": "null"}]}


def _list_of(component: str) -> Json:
    return {"type": "array", "items": _component(component)}


def _component(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _composed(description: str, **parts: Json) -> Json:
    """The schema of a response that the gateway composes from those of several services."""
    degraded = {
        "type": "array",
        "description": "The parts that could not be had just now.",
        "items": {"enum": list(parts), "type": "string"},
    }
    properties = {**parts, "degraded": degraded}
    return {"type": "object", "description": description, "properties": properties, "required": list(properties)}


SCHEMAS |= {
    "Home": _composed(
        "What the shop greets with.",
        featured=_part(_list_of("catalog.ProductItem"), "The best rated of what there is in stock."),
        categories=_part(_list_of("catalog.Category"), "All categories, as a tree."),
        newest=_part(_list_of("catalog.ProductItem"), "What came last."),
    ),
    "Overview": _composed(
        "What somebody wants to see first of themselves.",
        profile=_part(_component("accounts.Profile"), "Their account."),
        cart=_part(_component("carts.Cart"), "Their cart."),
        orders=_part(_list_of("orders.AnyOrder"), "Their last five orders."),
        unread=_part({"type": "integer", "minimum": 0}, "How many notifications they have not read."),
    ),
}

_RETRY_AFTER: Json = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
_CHALLENGE: Json = {"WWW-Authenticate": {"description": "What to show instead (RFC 6750).", "schema": _TEXT}}
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
            "description": "Where the page begins: as `next` and `previous` of the same list say it.",
            "schema": _TEXT,
        },
        "PageSize": {
            "name": "page_size",
            "in": "query",
            "description": "How many at once; more than 100 are 100.",
            "schema": {"type": "integer", "minimum": 1, "default": 20},
        },
    },
    "securitySchemes": {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token that signing in gives, or an API key (`oc_…`) with the right scope.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "A browser that is signed in by the shop's page `/login/`.",
        },
        "ticket": {
            "type": "apiKey",
            "in": "query",
            "name": "ticket",
            "description": "For the live feed alone: what `POST /api/v1/notifications/ticket/` gives, once.",
        },
    },
}


_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier answer: 304 when nothing has changed.",
    "schema": _TEXT,
}
_ETAG: Json = {"ETag": {"description": "What to send as `If-None-Match` next time.", "schema": _TEXT}}
_NOT_MODIFIED: Json = {"304": {"description": "What the caller has is what there is."}}
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
        "description": f"{summary}; a part that cannot be had in time is null and named in `degraded`.",
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
    "description": "The last sequence that was seen: what came after it is sent first. Without it, only what is new.",
    "schema": {"type": "integer", "minimum": 0},
}
_UPGRADE_REQUIRED: Json = {
    "description": "The request does not ask for a WebSocket.",
    "headers": {"Upgrade": {"description": "What to ask for.", "schema": _TEXT}},
    "content": {CONTENT_TYPE: {"schema": PROBLEM}},
}
_LIVE_FEED: Json = {
    "get": {
        "operationId": "live_feed",
        "summary": "Opens the caller's live feed, a WebSocket (RFC 6455)",
        "description": "A bad credential, or none, does not refuse the WebSocket: it is opened, and closed with 4401.",
        "tags": ["notifications"],
        "security": [{"bearer": []}, {"ticket": []}],
        "parameters": [_AFTER],
        "responses": {
            "101": {"description": "It is open; what is said on it stands in the AsyncAPI document."},
            **_refusals(400, 403, 404),
            "426": _UPGRADE_REQUIRED,
            **_refusals(429, 500, 503),
        },
    }
}

PATHS: Json = {
    "/": _own(
        "Gives the addresses to begin at",
        "welcome",
        {
            "type": "object",
            "properties": {"name": _TEXT, "links": {"type": "object", "additionalProperties": _URL}},
            "required": ["name", "links"],
        },
    ),
    "/.well-known/jwks.json": _own(
        "Gives the public keys of access tokens",
        "jwks",
        {"$ref": "#/components/schemas/KeySet"},
        refusals=_OF_GUARDED,
    ),
    "/api/docs/": _own(
        "Shows this document as a page, on which each operation can be tried",
        "docs",
        _TEXT,
        refusals=_OF_GUARDED,
        media_type="text/html",
    ),
    "/api/v1/": _own(
        "Gives the addresses that everything else is reached from",
        "root",
        {"type": "object", "additionalProperties": _URL},
    ),
    "/api/v1/home/": _composed_operation(
        "Shows featured products, the categories and what is new, in one answer", "home", "Home", is_public=True
    ),
    "/api/v1/me/overview/": _composed_operation(
        "Shows the caller's account, cart, last orders and how much is unread, in one answer",
        "me_overview",
        "Overview",
        is_public=False,
    ),
    "/api/schema/": _kept(
        _own(
            "Gives this document",
            "schema",
            {"type": "object"},
            media_type="application/vnd.oai.openapi+json;version=3.1",
        )
    ),
    "/health/live": _own("Tells whether the gateway answers", "health_live", _HEALTH),
    "/health/ready": _own("Tells whether it has all that it needs", "health_ready", _HEALTH, statuses=(200, 503)),
    "/metrics": _own(
        "Shows the gateway's figures to whoever is on the machine of a shop that is local, and else to nobody",
        "metrics",
        _TEXT,
        refusals=(404,),
        media_type="text/plain",
    ),
    "/ws/notifications/": _LIVE_FEED,
}
