"""Which products everybody may see."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.lookups import Exact

from product_svc.catalog.models import CHOSEN_STATUS, SellerProfile, Status


def shown() -> Q:
    """The published ones; but nothing more of a seller who may not sell, although it has yet to be withheld.

    There are few such sellers, if any: only those whose products are being withheld at this moment.
    """
    closing = SellerProfile.objects.filter(followed_up_to__isnull=False).exclude(status=SellerProfile.Status.APPROVED)
    return Q(status=Status.PUBLISHED) & ~Q(seller__in=closing)


def of_status(status: str) -> Q:
    """Those whose sellers chose this status for them."""
    return Q(Exact(CHOSEN_STATUS, status))
