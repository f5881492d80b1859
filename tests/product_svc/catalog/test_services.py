"""Putting something up for sale, and what is told of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from common.contracts import ProductChanged, ProductVariant
from common.errors import Forbidden, InvalidInput, NotFound
from common.money import Money
from product_svc.catalog import errors, events, rules, services
from product_svc.catalog.models import Product, SellerProfile, Variant
from product_svc.catalog.rules import VariantDraft
from product_svc.inventory.models import StockItem
from tests.product_svc.factories import NOON, STAFF, SellerProfileFactory, product, seller

pytestmark = pytest.mark.django_db


def change(author: Any, mug: Product, **changes: Any) -> Product:
    """A change by somebody."""
    return services.change_product(editor=author, key=str(mug.id), changes=changes, now=NOON)


class TestCreateProduct:
    def test_tells_the_others_whole(self, told: Any) -> None:
        variants = [
            VariantDraft(sku="MUG-R", attributes={"colour": "Rust", "size": "Large"}),
            VariantDraft(sku="MUG-P", title="Pine", price=Money(1500, "USD")),
        ]

        mug = product(variants=variants)

        assert told.named(ProductChanged) == [
            ProductChanged(
                version=1,
                product_id=str(mug.id),
                seller_id=str(mug.seller_id),
                slug="mug",
                title="Mug",
                status="published",
                variants=(
                    ProductVariant(sku="MUG-R", title="Rust / Large", price_minor=1250, currency="USD"),
                    ProductVariant(sku="MUG-P", title="Pine", price_minor=1500, currency="USD"),
                ),
            )
        ]

    def test_counts_the_first_stock(self) -> None:
        product("MUG", stock=7)

        item = StockItem.objects.get(sku="MUG")
        assert item.on_hand == 7
        assert [(movement.kind, movement.delta) for movement in item.movements.all()] == [("received", 7)]

    def test_gives_a_sku_to_what_has_none(self) -> None:
        mug = product(variants=())

        assert Variant.objects.get().sku == rules.sku_for(mug.id)
        assert StockItem.objects.get().on_hand == 0

    def test_knows_a_seller_before_their_registration_is_heard(self) -> None:
        ada = seller()

        product(author=ada)

        assert SellerProfile.objects.get(id=ada.id).name == "Ada Lovelace"

    def test_is_the_houses_own_for_staff(self) -> None:
        mug = product(author=STAFF)

        assert (mug.seller_id, mug.seller.name) == (rules.HOUSE_SELLER_ID, "OpenCommerce")

    def test_is_whose_staff_say(self) -> None:
        ada = SellerProfileFactory()

        assert product(author=STAFF, seller=ada.id).seller == ada

    def test_refuses_a_seller_that_nobody_knows(self) -> None:
        with pytest.raises(InvalidInput):
            product(author=STAFF, seller=uuid.uuid4())

    def test_refuses_to_sell_in_anothers_name(self) -> None:
        with pytest.raises(Forbidden):
            product(author=seller(), seller=uuid.uuid4())

    def test_leaves_nothing_behind_when_a_sku_is_taken(self, told: Any) -> None:
        product("MUG")
        before = len(told)

        with pytest.raises(errors.SkuTaken) as refusal:
            product("FREE", variants=[VariantDraft(sku="FREE"), VariantDraft(sku="MUG")])

        assert list(refusal.value.errors) == ["variants.1.sku"]
        assert (Product.objects.count(), StockItem.objects.count(), len(told)) == (1, 1, before)


class TestChangeProduct:
    def test_tells_the_next_version(self, told: Any) -> None:
        ada = seller()
        mug = product(author=ada)

        changed = change(ada, mug, title="Great Mug")

        assert told.facts()[-1] == events.product_changed(changed, changed.variants.all())
        assert (told.facts()[-1].version, changed.slug) == (2, "mug")

    def test_tells_nothing_when_nothing_is_changed(self, told: Any) -> None:
        ada = seller()
        mug = product(author=ada)
        before = len(told)

        change(ada, mug)

        assert len(told) == before

    def test_replaces_variants_by_their_skus(self, told: Any) -> None:
        ada = seller()
        mug = product(author=ada, variants=[VariantDraft(sku="A", stock=1), VariantDraft(sku="B", stock=2)])

        change(ada, mug, variants=[VariantDraft(sku="C", stock=3), VariantDraft(sku="B", title="Blue", stock=99)])

        assert [variant.sku for variant in told.facts()[-1].variants] == ["C", "B"]
        assert dict(StockItem.objects.values_list("sku", "on_hand")) == {"A": 1, "B": 2, "C": 3}

    def test_brings_a_retired_sku_back_with_its_stock(self) -> None:
        ada = seller()
        mug = product(author=ada, variants=[VariantDraft(sku="A", stock=1), VariantDraft(sku="B")])
        change(ada, mug, variants=[VariantDraft(sku="B")])

        change(ada, mug, variants=[VariantDraft(sku="A", stock=50)])

        assert StockItem.objects.get(sku="A").on_hand == 1
        assert [variant.sku for variant in mug.variants.filter(is_retired=False)] == ["A"]

    def test_keeps_a_retired_sku_from_others(self) -> None:
        ada = seller()
        mug = product(author=ada, variants=[VariantDraft(sku="A"), VariantDraft(sku="B")])
        change(ada, mug, variants=[VariantDraft(sku="B")])

        with pytest.raises(errors.SkuTaken):
            product("A")

    def test_keeps_one_currency(self) -> None:
        ada = seller()
        mug = product(author=ada, variants=[VariantDraft(sku="A", price=Money(900, "USD"))])

        with pytest.raises(InvalidInput):
            change(ada, mug, price=Money(1000, "EUR"))

    def test_changes_the_currency_of_all_at_once(self) -> None:
        ada = seller()
        mug = product(author=ada, variants=[VariantDraft(sku="A", price=Money(900, "USD"))])
        variants = [VariantDraft(sku="A", price=Money(800, "EUR"))]

        change(ada, mug, price=Money(1000, "EUR"), variants=variants)

        assert Variant.objects.get().price == Money(800, "EUR")

    def test_refuses_another_seller_what_they_can_see(self) -> None:
        with pytest.raises(Forbidden):
            change(seller(), product(), title="Mine")

    def test_hides_from_another_seller_what_they_cannot(self) -> None:
        with pytest.raises(NotFound):
            change(seller(), product(status="draft"), title="Mine")


class TestArchiveProduct:
    def test_tells_it_once(self, told: Any) -> None:
        ada = seller()
        mug = product(author=ada)

        services.archive_product(editor=ada, key=mug.slug)
        services.archive_product(editor=ada, key=mug.slug)

        assert [fact.status for fact in told.named(ProductChanged)] == ["published", "archived"]


class TestCreateCategory:
    def test_stops_at_a_depth(self) -> None:
        parent = None
        for depth in range(rules.MAX_CATEGORY_DEPTH):
            parent = services.create_category(slug=f"shelf-{depth}", name="Shelf", parent=parent).slug

        with pytest.raises(InvalidInput):
            services.create_category(slug="too-deep", name="Shelf", parent=parent)
