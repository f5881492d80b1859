"""Who may change whose product: 404 for what one may not see, 403 for what one sees but may not change."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog.models import Product
from tests.product_svc.factories import SellerProfileFactory, Somebody, product

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
OWNER = Somebody(uuid.UUID(int=1))
Client = Callable[..., Any]

PEOPLE: dict[str, tuple[Any, ...]] = {
    "visitor": (),
    "customer": (uuid.UUID(int=2), "customer"),
    "another seller": (uuid.UUID(int=3), "customer", "seller"),
    "its seller": (OWNER.id, "customer", "seller"),
    "support": (uuid.UUID(int=4), "support"),
    "admin": (uuid.UUID(int=5), "admin"),
}
REFUSALS = {
    "visitor": {"draft": 401, "published": 401, "archived": 401},
    "customer": {"draft": 403, "published": 403, "archived": 403},
    "another seller": {"draft": 404, "published": 403, "archived": 404},
}


@pytest.mark.parametrize("by", ["id", "slug"])
@pytest.mark.parametrize("status", ["draft", "published", "archived"])
@pytest.mark.parametrize("who", PEOPLE)
class TestProduct:
    def test_patch(self, client_of: Client, who: str, status: str, by: str) -> None:
        mug = product(author=OWNER, status=status)

        answer = client_of(*PEOPLE[who]).patch(f"{PRODUCTS}{getattr(mug, by)}/", {"title": "Mine", "status": "draft"})

        expected = REFUSALS.get(who, {}).get(status, 200)
        assert answer.status_code == expected
        mug.refresh_from_db()
        assert (mug.title, mug.version) == (("Mine", 2) if expected == 200 else ("Mug", 1))

    def test_delete(self, client_of: Client, who: str, status: str, by: str) -> None:
        mug = product(author=OWNER, status=status)

        answer = client_of(*PEOPLE[who]).delete(f"{PRODUCTS}{getattr(mug, by)}/")

        expected = REFUSALS.get(who, {}).get(status, 204)
        assert answer.status_code == expected
        mug.refresh_from_db()
        assert mug.status == ("archived" if expected == 204 else status)


@pytest.mark.parametrize("status", ["draft", "published", "archived"])
@pytest.mark.parametrize(
    ("who", "expected", "for_another"),
    [
        ("visitor", 401, 401),
        ("customer", 403, 403),
        ("its seller", 201, 403),
        ("support", 201, 201),
        ("admin", 201, 201),
    ],
)
def test_post(client_of: Client, who: str, expected: int, for_another: int, status: str) -> None:
    client = client_of(*PEOPLE[who])
    body = {"title": "Mug", "price": {"amount": "1", "currency": "USD"}, "status": status}
    another = SellerProfileFactory()

    assert client.post(PRODUCTS, body).status_code == expected
    assert client.post(PRODUCTS, {**body, "seller": str(another.id)}).status_code == for_another
    assert Product.objects.filter(seller=another).exists() == (for_another == 201)
