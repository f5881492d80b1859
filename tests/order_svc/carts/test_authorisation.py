"""Who may do what with which cart: everybody with their own, nobody with another's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.order_svc.carts.test_api import CART, ITEMS, add, quantities
from tests.order_svc.factories import OfferFactory

ClientOf = Callable[..., Any]

ROUTES = [
    ("get", CART, None),
    ("post", ITEMS, {"sku": "MUG", "quantity": 1}),
    ("patch", f"{ITEMS}MUG/", {"quantity": 5}),
    ("delete", f"{ITEMS}MUG/", None),
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mug() -> None:
    OfferFactory(sku="MUG")


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
class TestEachRoute:
    @pytest.mark.parametrize("role", ["customer", "seller", "support", "admin"])
    def test_is_ones_own_whoever_one_is(
        self, client_of: ClientOf, role: str, method: str, path: str, body: Any
    ) -> None:
        person, somebody_else = client_of(uuid.uuid4(), role), client_of(uuid.uuid4(), "customer")
        add(person, "MUG", 2)
        add(somebody_else, "MUG", 7)

        assert getattr(person, method)(path, body).status_code < 300

        assert quantities(somebody_else) == {"MUG": 7}

    @pytest.mark.parametrize("role", ["customer", "seller", "support", "admin"])
    def test_takes_no_cart_by_its_id(self, client_of: ClientOf, role: str, method: str, path: str, body: Any) -> None:
        owner = client_of(uuid.uuid4(), "customer")
        cart_id = add(owner, "MUG", 7).json()["id"]

        for intruder in (client_of(uuid.uuid4(), role), client_of()):
            getattr(intruder, method)(path, body, headers={"X-Cart-Token": cart_id})
            getattr(intruder, method)(f"{path}?cart={cart_id}", body)

        assert quantities(owner) == {"MUG": 7}

    def test_answers_only_through_the_gateway(self, method: str, path: str, body: Any) -> None:
        assert getattr(APIClient(), method)(path, body).status_code == 401
