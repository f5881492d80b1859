"""Doors. They are closed by default: a view that says nothing asks for somebody signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # rest_framework.views reads the settings, which name this module
    from rest_framework.views import APIView


def somebody(request: Request) -> bool:
    """Pass if somebody in particular asks; tell a visitor to sign in (401), rather than that it may not (403)."""
    if not request.user.is_authenticated:
        raise NotAuthenticated
    return True


class Anyone(BasePermission):
    """Open to all who come through the gateway."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return True


class SignedIn(BasePermission):
    """Open to everybody who is signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return somebody(request)


class ReadOnly(BasePermission):
    """Open to all who only read. Combine it: ``ReadOnly | SignedIn``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS


class Staff(BasePermission):
    """Open to those who run the shop: support and admins."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return somebody(request) and request.user.is_staff


class SellerOrStaff(BasePermission):
    """Open to those who sell, and to those who run the shop; whose thing it is the domain decides."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return somebody(request) and (request.user.is_staff or "seller" in request.user.roles)
