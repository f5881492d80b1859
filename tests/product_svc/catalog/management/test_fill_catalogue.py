"""The catalogue that measurements are made on."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Min, Sum
from django.db.models.functions import Coalesce

from product_svc.catalog.management.filling.products import BATCH, Thousand
from product_svc.catalog.management.filling.shop import MadeShop
from product_svc.catalog.models import Category, Product, Variant
from product_svc.inventory.models import StockItem
from product_svc.reviews.models import Review
from tests.product_svc.factories import product

SHAPE = """
    SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT conrelid::regclass::text, conname || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""


def fill(products: int, **options: Any) -> str:
    said = StringIO()
    call_command("fill_catalogue", products=products, stdout=said, stderr=said, **options)
    return said.getvalue()


def shape_of_the_database() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SHAPE)
        return set(cursor.fetchall())


def titles() -> list[str]:
    return list(Product.objects.order_by("created_at").values_list("title", flat=True))


class TestThousand:
    def test_is_the_same_for_the_same_seed_and_another_for_another(self) -> None:
        first = Thousand(MadeShop(1), seed=1, first=BATCH).rows

        assert Thousand(MadeShop(1), seed=1, first=BATCH).rows == first
        assert Thousand(MadeShop(2), seed=2, first=BATCH).rows != first
        assert Thousand(MadeShop(1), seed=1, first=0).rows != first


@pytest.mark.django_db(transaction=True)
class TestFillCatalogue:
    def test_makes_what_a_shop_could_hold(self) -> None:
        assert "1,000 products, 1,000 of them made" in fill(BATCH)

        assert Product.objects.count() == BATCH
        assert Category.objects.filter(products__isnull=False).distinct().count() > 100
        sizes = Product.objects.values("seller").annotate(size=Count("id")).order_by("-size")
        assert sizes[0]["size"] > 20 * sizes[len(sizes) - 1]["size"]
        of_each = Variant.objects.values("product").annotate(number=Count("id")).values_list("number", flat=True)
        assert set(of_each) == {1, 2, 3}
        assert Product.objects.filter(variants__isnull=True).count() == 0

    def test_keeps_the_ledger_of_stock(self) -> None:
        fill(BATCH)

        moved = StockItem.objects.annotate(moved=Coalesce(Sum("movements__delta"), 0))
        assert moved.exclude(on_hand=F("moved")).count() == 0
        assert StockItem.objects.aggregate(least=Min("on_hand"))["least"] == 0
        assert StockItem.objects.count() == Variant.objects.count()
        assert StockItem.objects.exclude(sku=F("variant__sku")).exclude(product=F("variant__product")).count() == 0

    def test_rates_products_as_their_reviews_do(self) -> None:
        fill(BATCH)

        said = Review.objects.values("product").annotate(count=Count("id"), sum=Sum("rating"))
        shown = Product.objects.exclude(rating_count=0).values_list("id", "rating_count", "rating_sum")
        assert {(row["product"], row["count"], row["sum"]) for row in said} == set(shown)
        assert 0.2 * BATCH < len(shown) < 0.6 * BATCH

    def test_leaves_the_tables_as_they_were(self) -> None:
        before = shape_of_the_database()

        fill(BATCH)

        assert shape_of_the_database() == before

    def test_grows_to_what_it_would_have_been_at_once(self) -> None:
        fill(BATCH)
        assert "1,000 of them made" in fill(2 * BATCH)
        grown = titles()
        assert "0 of them made" in fill(2 * BATCH)

        assert "1,000 of them made" in fill(BATCH)
        fill(0)
        fill(2 * BATCH)

        assert titles() == grown

    def test_touches_no_shop_where_somebody_sells(self) -> None:
        mug = product()

        with pytest.raises(CommandError, match="only an empty shop"):
            fill(BATCH)

        assert list(Product.objects.all()) == [mug]

    @pytest.mark.parametrize("number", [-1000, 1, 1500])
    def test_makes_thousands_alone(self, number: int) -> None:
        with pytest.raises(CommandError, match="multiple"):
            fill(number)

    def test_is_shown_like_any_other(self, visitor: Any) -> None:
        fill(BATCH)

        page = visitor.get("/api/v1/products/?page_size=100").json()
        assert len(page["results"]) == 100
        assert visitor.get(f"/api/v1/products/{page['results'][0]['slug']}/").json()["variants"]
