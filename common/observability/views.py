"""What a service tells from inside the platform, past its own API."""

from __future__ import annotations

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.permissions import Staff
from common.observability import figures


class Figures(APIView):
    """How this service is, for staff alone."""

    permission_classes = [Staff]
    renderer_classes = [JSONRenderer]

    def get(self, _request: Request) -> Response:
        return Response(figures.collect(), headers={"Cache-Control": "no-store"})
