"""Finding addresses."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from user_svc.addresses import errors
from user_svc.addresses.models import Address


def addresses_of(*, user_id: UUID) -> QuerySet[Address]:
    """All addresses of a person."""
    return Address.objects.filter(user_id=user_id)


def address_of(*, user_id: UUID, address_id: UUID) -> Address:
    """One of a person's own. Raises AddressNotFound."""
    address = addresses_of(user_id=user_id).filter(id=address_id).first()
    if address is None:
        raise errors.AddressNotFound(address_id=address_id)
    return address
