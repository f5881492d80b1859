"""What can be done with addresses. A person who has any has exactly one default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from user_svc.accounts import selectors as accounts
from user_svc.addresses import errors, rules, selectors
from user_svc.addresses.models import Address
from user_svc.addresses.rules import PostalAddress


@transaction.atomic
def keep_address(*, user_id: UUID, address: PostalAddress, is_default: bool) -> Address:
    """Save an address; a person's first becomes the default. Raises AddressNotAcceptable or TooManyAddresses."""
    good = rules.checked(address)
    accounts.locked_user(user_id=user_id)  # so that nothing comes between the count and the insert
    kept = selectors.addresses_of(user_id=user_id).count()
    if kept >= rules.MAX_ADDRESSES:
        raise errors.TooManyAddresses
    if is_default:
        _drop_default(user_id)
    return Address.objects.create(user_id=user_id, is_default=is_default or not kept, **asdict(good))


@transaction.atomic
def change_address(*, user_id: UUID, address_id: UUID, changes: Mapping[str, Any]) -> Address:
    """Change the given fields. Raises AddressNotFound or AddressNotAcceptable."""
    accounts.locked_user(user_id=user_id)
    address = selectors.address_of(user_id=user_id, address_id=address_id)
    values = dict(changes)
    is_default = values.pop("is_default", address.is_default)
    if address.is_default and not is_default:
        raise errors.AddressNotAcceptable(errors={"is_default": ["Make another one the default instead."]})
    if is_default and not address.is_default:
        _drop_default(user_id)
    good = rules.checked(replace(address.postal, **values))
    for name, value in asdict(good).items():
        setattr(address, name, value)
    address.is_default = is_default
    address.save()
    return address


@transaction.atomic
def forget_address(*, user_id: UUID, address_id: UUID) -> None:
    """Remove an address; if it was the default, the newest of the others becomes it. Raises AddressNotFound."""
    accounts.locked_user(user_id=user_id)
    address = selectors.address_of(user_id=user_id, address_id=address_id)
    address.delete()
    heir = selectors.addresses_of(user_id=user_id).order_by("-created_at", "-id").first()
    if address.is_default and heir is not None:
        heir.is_default = True
        heir.save(update_fields=["is_default", "updated_at"])


def _drop_default(user_id: UUID) -> None:
    selectors.addresses_of(user_id=user_id).filter(is_default=True).update(is_default=False)
