"""Who may review is known by the facts of orders, whichever comes first and however often."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog import services as catalog
from product_svc.catalog.rules import VariantDraft
from product_svc.inventory import errors
from product_svc.reviews import selectors
from product_svc.reviews.models import Purchase
from tests.product_svc.factories import NOON, cancelled, confirmed, line, placed, product, seller

pytestmark = pytest.mark.django_db

ADA, ORDER = uuid.UUID(int=1), uuid.UUID(int=2)
Hear = Callable[..., bool]


@pytest.fixture
def mug() -> Any:
    return product("MUG", stock=10)


def has_bought(bought: Any) -> bool:
    return selectors.has_bought(customer_id=ADA, product_id=bought.id)


class TestOrderConfirmed:
    def test_lets_its_buyer_review_what_it_had(self, hear: Hear, mug: Any) -> None:
        other = product("POT", stock=10)
        hear(placed(ORDER, line("MUG", 2)))
        assert not has_bought(mug)

        hear(confirmed(ORDER, line("MUG", 2), customer_id=ADA))

        assert (has_bought(mug), has_bought(other)) == (True, False)

    def test_is_heard_twice_to_no_effect(self, hear: Hear, mug: Any) -> None:
        hear(placed(ORDER, line("MUG", 1)))

        for _ in range(2):
            assert hear(confirmed(ORDER, line("MUG", 1), line("MUG", 1), customer_id=ADA))

        assert Purchase.objects.count() == 1

    def test_waits_for_the_order_when_it_comes_too_early(self, hear: Hear, mug: Any) -> None:
        early = confirmed(ORDER, line("MUG", 1), customer_id=ADA)
        with pytest.raises(errors.NothingReserved):
            hear(early)
        assert not has_bought(mug)

        hear(placed(ORDER, line("MUG", 1)))
        hear(early)

        assert has_bought(mug)

    def test_counts_for_variants_that_are_no_longer_offered(self, hear: Hear) -> None:
        ada = seller()
        mug = product("MUG", stock=10, author=ada)
        hear(placed(ORDER, line("MUG", 1)))
        changes = {"variants": [VariantDraft(sku="NEW")]}
        catalog.change_product(editor=ada, key=mug.slug, changes=changes, now=NOON)

        hear(confirmed(ORDER, line("MUG", 1), customer_id=ADA))

        assert has_bought(mug)

    def test_counts_also_when_the_order_is_cancelled_later(self, hear: Hear, mug: Any) -> None:
        hear(placed(ORDER, line("MUG", 1)))
        hear(confirmed(ORDER, line("MUG", 1), customer_id=ADA))

        hear(cancelled(ORDER))

        assert has_bought(mug)
