"""Forgetting what guests left behind."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from order_svc.carts.models import Cart, SpentGuestCart

KEPT_FOR = timedelta(days=30)
"""Since it was last touched."""

SPENT_KEPT_FOR = timedelta(days=400)
"""Longer than a browser keeps a cookie."""

_BATCH = 500
_MOST_BATCHES = 40
"""In one run, which must end within a task's time; the next run goes on."""


def forget_old_guests(*, now: datetime) -> int:
    """Drop guests' carts that nobody touched for long; a customer's stays. Returns how many."""
    _forget_spent(before=now - SPENT_KEPT_FOR)
    forgotten = 0
    for _ in range(_MOST_BATCHES):
        batch = _forget_some(touched_before=now - KEPT_FOR)
        forgotten += batch
        if batch < _BATCH:
            break
    return forgotten


def _forget_spent(*, before: datetime) -> None:
    old = SpentGuestCart.objects.filter(spent_at__lt=before).order_by("spent_at")
    SpentGuestCart.objects.filter(id__in=old.values("id")[: _BATCH * _MOST_BATCHES]).delete()


@transaction.atomic
def _forget_some(*, touched_before: datetime) -> int:
    """Locked first: a guest who comes back this moment keeps the cart, or gets a new one, but never half of one."""
    old = Cart.objects.filter(customer_id=None, updated_at__lt=touched_before).order_by("updated_at")
    cart_ids = [cart.id for cart in old.select_for_update(skip_locked=True)[:_BATCH]]
    Cart.objects.filter(id__in=cart_ids).delete()
    return len(cart_ids)
