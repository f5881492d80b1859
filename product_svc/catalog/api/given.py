"""How an answer that is ready is given: as it is to programs, as a page to people."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from common.caching import Answer

_PUBLIC = "public, no-cache"
"""Whoever keeps it asks each time whether it has changed (RFC 9111, 5.2.2.4)."""
_PRIVATE = "private, no-cache"


def given(request: Request, answer: Answer, *, cache_control: str = _PUBLIC) -> HttpResponse:
    """What is the same for everybody; or that it has not changed, to who has it already."""
    if request.accepted_renderer.format != "json":
        return Response(msgspec.json.decode(answer.body), headers={"Cache-Control": cache_control})
    headers = {"ETag": answer.etag, "Cache-Control": cache_control}
    response = HttpResponse(answer.body, content_type="application/json", headers=headers)
    return cast(HttpResponse, get_conditional_response(request, etag=answer.etag, response=response))


def given_to_caller(request: Request, content: dict[str, Any]) -> HttpResponse:
    """What is for the caller's eyes."""
    return given(request, Answer.of(msgspec.json.encode(content)), cache_control=_PRIVATE)
