"""In which form an answer goes out."""

from __future__ import annotations

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Negotiation(DefaultContentNegotiation):
    """The REST framework's, for which an empty Accept asks for nothing in particular instead of for nothing at all, and
    a ``?format=`` that there is not is as little to be had as an Accept of that kind.
    """

    def get_accept_list(self, request: Request) -> list[str]:
        return [each for each in super().get_accept_list(request) if each] or ["*/*"]

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:
        found = [each for each in renderers if each.format == format]
        if not found:
            raise NotAcceptable(available_renderers=list(renderers))
        return found
