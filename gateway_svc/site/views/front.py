"""The page in front of the six admins: the platform as it is now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from common import clock
from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import page
from gateway_svc.site.board import board_of


@require_safe
async def front(request: HttpRequest) -> HttpResponse:
    """GET shows it, to staff alone: the gateway's door sees to that. Its script asks for it again and again."""
    visit, now = Visit.of(request), clock.now()
    board = board_of(await visit.platform.look(visit.person), now=now)
    return page(request, "front", board=board, now=now)
