"""How an answer that is ready is given: as it is to programs, as a page to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import assertion
from common.api.authentication import principal_of
from common.caching import Answer
from common.errors import DomainError

_JSON = "application/json"
PUBLIC = "public, no-cache"
"""Whoever keeps it asks each time whether it has changed (RFC 9111, 5.2.2.4)."""
_PRIVATE = "private, no-cache"
AT_THE_DOOR = {"Gateway-Cache-Control": "max-age=60, stale-while-revalidate=60, stale-if-error=86400"}
"""What the gateway may do with an answer that is the same for everybody (RFC 9213): it hears of each change at once.
Nobody else gets to see this.
"""

_ANYTHING = {_JSON, "*/*", ""}


class ReadyAnswers(APIView):
    """A view whose GET is answered with something that is ready, and the same for everybody.

    A program gets it past the REST framework, which would take as long as all the rest. It goes its usual way through
    ``get`` whenever there is more to it: for browsers, for what is refused, and for what not everybody may see.
    """

    ready: Callable[..., Answer | None]
    """Given the query and what stands in the path: the answer, if everybody gets the same. Raises what ``get`` does."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.META
        if request.method in {"GET", "HEAD"} and asked.get("HTTP_ACCEPT", "") in _ANYTHING:
            with suppress(APIException, DomainError):
                principal_of(request.headers.get(assertion.HEADER, ""))
                if answer := self.ready(asked.get("QUERY_STRING", ""), **kwargs):
                    return _as_json(request, answer, PUBLIC, more=AT_THE_DOOR)
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))


def given(request: Request, answer: Answer, *, cache_control: str = PUBLIC) -> HttpResponse:
    """What is the same for everybody; or that it has not changed, to who has it already."""
    if request.accepted_renderer.format == "json":
        return _as_json(request._request, answer, cache_control)
    return Response(msgspec.json.decode(answer.body), headers={"Cache-Control": cache_control})


def given_to_caller(request: Request, content: dict[str, Any]) -> HttpResponse:
    """What is for the caller's eyes."""
    return given(request, Answer.of(msgspec.json.encode(content)), cache_control=_PRIVATE)


def _as_json(
    request: HttpRequest, answer: Answer, cache_control: str, *, more: Mapping[str, str] = MappingProxyType({})
) -> HttpResponse:
    headers = {"ETag": answer.etag, "Cache-Control": cache_control, "Vary": "Accept", **more}
    response = HttpResponse(answer.body, content_type=_JSON, headers=headers)
    return cast(HttpResponse, get_conditional_response(request, etag=answer.etag, response=response))
