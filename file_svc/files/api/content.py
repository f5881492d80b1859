"""The content of a file as an HTTP response: conditional, in ranges, and harmless in a browser."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from file_svc.files import rules, services
from file_svc.files.api.ranges import ByteRange, requested_range
from file_svc.files.models import StoredFile
from file_svc.files.selectors import Content


def content_answer(request: Request, file: StoredFile, content: Content) -> HttpResponseBase:
    """200, 206 or 304. Raises RangeNotSatisfiable, StorageUnavailable, NotFound."""
    headers = _headers(file, content)
    whole = HttpResponse(headers=headers)
    conditional = get_conditional_response(request, etag=headers["ETag"], response=whole) or whole
    if conditional is not whole or request.method == "HEAD":
        return conditional
    part = _wanted_part(request, content)
    span = part or ByteRange(0, content.size, content.size)
    pieces = services.open_content(content, start=span.start, length=span.length)
    headers["Content-Length"] = str(span.length)
    if part:
        headers["Content-Range"] = part.content_range
    return StreamingHttpResponse(pieces, status=206 if part else 200, headers=headers)


def _wanted_part(request: Request, content: Content) -> ByteRange | None:
    """The range to send. None, for everything, if none is asked for or ``If-Range`` names another content."""
    condition = request.headers.get("If-Range")
    if condition is not None and condition != _etag(content):
        return None
    return requested_range(request.headers.get("Range", ""), size=content.size)


def _headers(file: StoredFile, content: Content) -> dict[str, str]:
    name = rules.name_to_save_as(file.name, content_type=content.content_type)
    disposition = content_disposition_header(not file.is_picture, name)
    return {
        "Content-Type": content.content_type,
        "Content-Length": str(content.size),
        "Content-Disposition": disposition or "inline",
        "ETag": _etag(content),
        "Accept-Ranges": "bytes",
        "Cache-Control": _cache_control(file, content),
        # Untrusted content on the shop's own origin: no MIME sniffing, no scripts.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }


def _etag(content: Content) -> str:
    return f'"{content.sha256}"'


def _cache_control(file: StoredFile, content: Content) -> str:
    if not file.is_public:
        return "private, no-store"
    # The content of an id in a size never changes, once it is made.
    return "no-cache" if content.is_stand_in else "public, max-age=31536000, immutable"
