"""Which routes of a service the document is about."""

from __future__ import annotations

from typing import Any

from django.conf import settings

Endpoint = tuple[str, str, str, Any]
"""Path, regular expression, method and view."""


def reachable(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Those that the gateway leads to."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(settings.SERVICE.api_prefixes)]
