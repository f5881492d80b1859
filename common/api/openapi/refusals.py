"""The answers that refuse, as Response Objects."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

from common.api.problems import CONTENT_TYPE
from common.errors import DomainError

Json = dict[str, Any]

COMMON = {
    400: ("BadRequest", "The body, the query or the path cannot be read; `errors` names each bad field by its path."),
    401: ("Unauthorized", "There is no credential, or a bad one."),
    403: (
        "Forbidden",
        "It is not the caller's to do; their API key is not for it (`insufficient_scope`); they are let in nowhere"
        " (`blocked`); or a browser's request came without its CSRF token.",
    ),
    404: ("NotFound", "There is no such thing, or it is not the caller's to see."),
    406: ("NotAcceptable", "The answer cannot be had in what `Accept` asks for."),
    412: ("PreconditionFailed", "What is there is not what the request was made for (`If-Match`)."),
    413: ("TooLarge", "The body is larger than is taken here."),
    415: ("UnsupportedMediaType", "The body is in a form that is not taken here."),
    429: ("TooManyRequests", "That was tried too often; `Retry-After` says how many seconds to wait."),
    500: ("InternalError", "A bug of ours; the request id helps us to find it."),
    503: ("Unavailable", "A part of the shop is out of reach; `Retry-After` says when to try again."),
}
"""What requests can be refused for anywhere, by status: the answer's name among the components, and its meaning."""

PROBLEM: Json = {"$ref": "#/components/schemas/Problem"}
"""A reference to it."""


def common_refusal(status: int) -> Json:
    """One of the answers that stand among the components."""
    return {"$ref": f"#/components/responses/{COMMON[status][0]}"}


def refusal(status: int, reasons: Iterable[type[DomainError]]) -> Json:
    """The answer of this status, with the codes by which a program tells the reasons from one another."""
    meanings = {reason.code: cleandoc(reason.__doc__ or "").splitlines()[0] for reason in reasons}
    lines = [f"- `{code}`: {meaning}" for code, meaning in meanings.items()]
    if status in COMMON:
        lines.append(f"- otherwise: {COMMON[status][1]}")
        schema = PROBLEM
    else:
        schema = {"allOf": [PROBLEM, {"properties": {"code": {"enum": sorted(meanings)}}}]}
    return {"description": "\n".join(lines), "content": {CONTENT_TYPE: {"schema": schema}}}
