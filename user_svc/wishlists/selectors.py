"""Reading wishlists."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from user_svc.wishlists.models import WishlistItem


def wishlist_of(*, user_id: UUID) -> QuerySet[WishlistItem]:
    """All items on a person's wishlist."""
    return WishlistItem.objects.filter(user_id=user_id)
