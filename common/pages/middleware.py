"""What our pages may load and do."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

HEADER = "Content-Security-Policy"


class ContentSecurityPolicy(MiddlewareMixin):
    """Only what is ours, and nothing that stands in the page itself (CSP 3). A view may say otherwise for its page."""

    def process_response(self, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(HEADER, policy(settings.PUBLIC_URL))
        return response


def policy(public_url: str) -> str:
    """The policy of a page at this origin."""
    parts = urlsplit(public_url)
    # Not every browser takes the WebSockets of an origin for its own.
    sockets = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {sockets}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
