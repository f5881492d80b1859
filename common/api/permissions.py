"""Doors. They are closed by default: a view that says nothing asks for somebody signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from common.api.authentication import Principal, caller, caller_id

if TYPE_CHECKING:  # rest_framework.views reads the settings, which name this module
    from rest_framework.views import APIView


def _somebody(request: Request) -> Principal:
    """The caller. A visitor is told to sign in (401), rather than that it may not (403)."""
    caller_id(request)
    return caller(request)


class Anyone(BasePermission):
    """Open to all who come through the gateway."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return True


class SignedIn(BasePermission):
    """Open to everybody who is signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _somebody(request).is_authenticated


class ReadOnly(BasePermission):
    """Open to all who only read. Combine it: ``ReadOnly | SignedIn``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS


class Staff(BasePermission):
    """Open to those who run the shop: support and admins."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _somebody(request).is_staff


class SellerOrStaff(BasePermission):
    """Open to those who sell, and to those who run the shop; whose thing it is the domain decides."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        person = _somebody(request)
        return person.is_staff or "seller" in person.roles
