"""Users, sessions, sellers and addresses for tests."""

from datetime import UTC, datetime

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from user_svc.accounts.models import RefreshToken, Session, User
from user_svc.addresses.models import Address
from user_svc.sellers.models import Seller, Status

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PASSWORD = "a long walk home"
HOME = "192.0.2.7"
"""An address reserved for documentation (RFC 5737)."""


class UserFactory(DjangoModelFactory):
    """A customer whose password is PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = "Ada Lovelace"
    roles = ["customer"]
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class SessionFactory(DjangoModelFactory):
    """A sign-in at NOON."""

    class Meta:
        model = Session

    user = factory.SubFactory(UserFactory)
    created_at = NOON


class RefreshTokenFactory(DjangoModelFactory):
    """A refresh token with a made-up digest, which belongs to no token."""

    class Meta:
        model = RefreshToken

    digest = factory.Sequence(lambda n: f"{n:064x}")
    session = factory.SubFactory(SessionFactory)
    expires_at = NOON


class SellerFactory(DjangoModelFactory):
    """An approved seller."""

    class Meta:
        model = Seller

    user = factory.SubFactory(UserFactory, roles=["customer", "seller"])
    name = "Lovelace Engines"
    status = Status.APPROVED


class AddressFactory(DjangoModelFactory):
    """A house in London."""

    class Meta:
        model = Address

    user = factory.SubFactory(UserFactory)
    full_name = "Ada Lovelace"
    line1 = "12 St James's Square"
    city = "London"
    postal_code = "SW1Y 4JH"
    country = "GB"
