"""In which form an answer goes out."""

from __future__ import annotations

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class Negotiation(DefaultContentNegotiation):
    """The REST framework's, for which an empty Accept asks for nothing in particular instead of for nothing at all."""

    def get_accept_list(self, request: Request) -> list[str]:
        return [each for each in super().get_accept_list(request) if each] or ["*/*"]
