"""What can be done with sellers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction

from common.events.outbox import publish
from user_svc.sellers import errors, events, selectors
from user_svc.sellers.models import Seller, Status


@transaction.atomic
def open_shop(*, user_id: UUID, name: str) -> None:
    """Make a person a seller, who may sell at once or, if ``SELLERS_NEED_APPROVAL``, once approved."""
    status = Status.PENDING if settings.SELLERS_NEED_APPROVAL else Status.APPROVED
    seller = Seller.objects.create(user_id=user_id, name=name, status=status)
    publish(events.seller_changed(seller, previous_status=""))


@transaction.atomic
def change_shop(*, user_id: UUID, changes: Mapping[str, str]) -> Seller:
    """Change a seller's name or description. Raises SellerNotFound."""
    return _change(selectors.locked_seller(seller_id=user_id), changes)


@transaction.atomic
def approve_seller(*, seller_id: UUID) -> Seller:
    """Let a seller sell, for the first time or again. Raises SellerNotFound or AccountIsDisabled."""
    seller = selectors.locked_seller_and_account(seller_id=seller_id)
    if not seller.user.is_active:
        raise errors.AccountIsDisabled(seller_id=seller_id)
    return _change(seller, {"status": Status.APPROVED, "reason": ""})


@transaction.atomic
def suspend_seller(*, seller_id: UUID, reason: str) -> Seller:
    """Stop a seller from selling, until they are approved again. Raises SellerNotFound."""
    return _change(selectors.locked_seller(seller_id=seller_id), {"status": Status.SUSPENDED, "reason": reason})


def _change(seller: Seller, changes: Mapping[str, str]) -> Seller:
    """Save what has changed, if anything, and tell of it. The caller has locked the seller."""
    changed = [name for name, value in changes.items() if getattr(seller, name) != value]
    if not changed:
        return seller
    previous_status = seller.status
    for name in changed:
        setattr(seller, name, changes[name])
    seller.version += 1
    seller.save(update_fields=[*changed, "version"])
    publish(events.seller_changed(seller, previous_status=previous_status))
    return seller
