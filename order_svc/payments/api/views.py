"""Notices of payment providers. Who sent one, its signature says."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.operations import operation
from common.api.permissions import Anyone
from common.observability import metrics
from order_svc.payments import errors, services
from order_svc.payments.api.serializers import NoticeInput, ReceivedOutput

metrics.on_scrape(services.show_comparisons)


class Webhook(APIView):
    """POST receives a payment provider's webhook: its signature is checked, and it is processed in the background."""

    permission_classes = [Anyone]

    @operation(takes=NoticeInput, gives=ReceivedOutput, refuses=[errors.BadSignature])
    def post(self, request: Request, provider: str) -> Response:
        # Signed is the body as it came, so nothing may parse it before.
        services.receive_notice(provider=provider, body=request.body, headers=request.headers, now=clock.now())
        return Response(ReceivedOutput({"received": True}).data)
