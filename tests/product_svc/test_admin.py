"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.testing.admin_pages import AdminPages, row_address
from product_svc.catalog.rules import ImageDraft
from product_svc.inventory import services as inventory
from tests.product_svc import factories
from tests.product_svc.reviews.factories import buyer_of, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    shelf = factories.CategoryFactory()
    for number in range(3):
        factories.CategoryFactory(parent=shelf)
        pictures = [ImageDraft(file_id=uuid.uuid4(), alt="A mug")]
        mug = factories.product(f"MUG-{number}", category=shelf.slug, images=pictures)
        order = factories.placed(uuid.uuid4(), factories.line(f"MUG-{number}", 2))
        inventory.reserve_stock(order_id=uuid.UUID(order.order_id), lines=order.lines, now=factories.NOON)
        review(mug, author=buyer_of(f"MUG-{number}"))
    client_of(uuid.uuid4(), "admin").post(row_address(mug, "action", "publish"), format="multipart")


class TestPages(AdminPages):
    most_queries = 10
    outsider = "seller"
