"""What a service tells from inside the platform, past its own API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.permissions import Staff
from common.observability import figures, metrics, standing

metrics.on_scrape(standing.refresh)


class Figures(APIView):
    """How this service is, for staff alone."""

    permission_classes = [Staff]
    renderer_classes = [JSONRenderer]

    def get(self, _request: Request) -> Response:
        return Response(figures.collect(), headers={"Cache-Control": "no-store"})


@never_cache
def metrics_page(_request: HttpRequest) -> HttpResponse:
    """For whoever scrapes. No path of the gateway leads here."""
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
