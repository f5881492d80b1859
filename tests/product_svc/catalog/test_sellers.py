"""Who may not sell shows nothing, publishes nothing, and loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from common.contracts import ProductChanged
from product_svc.catalog import services
from product_svc.catalog.models import Product, SellerProfile
from product_svc.catalog.services import following
from tests.product_svc.factories import (
    STAFF,
    CategoryFactory,
    SellerProfileFactory,
    Somebody,
    product,
    seller_changed,
)

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
ADA = Somebody(uuid.UUID(int=1))
BOB = Somebody(uuid.UUID(int=2), "Bob")
Client = Callable[..., Any]
Hear = Callable[..., bool]


def told_of(told: Any, mug: Product) -> list[tuple[int, str]]:
    """The versions of a product and their statuses, as the others heard of them."""
    return [(fact.version, fact.status) for fact in told.named(ProductChanged) if fact.product_id == str(mug.id)]


def statuses(skus: Iterable[str]) -> list[str]:
    """As the database has them."""
    return [Product.objects.get(variants__sku=sku).status for sku in skus]


class TestSuspended:
    @pytest.fixture
    def mug(self) -> Product:
        CategoryFactory(slug="mugs")
        product("CUP", title="Cup", author=BOB, category="mugs")
        return product("MUG", title="Mug", author=ADA, category="mugs")

    @pytest.mark.parametrize(
        ("query", "others"),
        [
            ("", ["Cup"]),
            ("?ordering=price", ["Cup"]),
            ("?category=mugs", ["Cup"]),
            (f"?seller={ADA.id}", []),
            ("?search=mug", ["Cup"]),
            ("?search=mugg", ["Cup"]),
            ("?sku=MUG", []),
        ],
    )
    @pytest.mark.usefixtures("mug")
    def test_stands_in_no_list_from_then_on(self, visitor: Any, hear: Hear, query: str, others: list[str]) -> None:
        def titles() -> list[str]:
            return sorted(item["title"] for item in visitor.get(f"{PRODUCTS}{query}").json()["results"])

        before = titles()
        assert "Mug" in before

        hear(seller_changed(ADA, "suspended"))
        during = titles()
        hear(seller_changed(ADA, "approved", version=2))

        assert set(during) <= set(others)
        assert titles() == before

    @pytest.mark.parametrize("key", ["id", "slug"])
    @pytest.mark.parametrize("page", ["", "reviews/"])
    def test_has_pages_for_staff_and_the_seller_alone(
        self, client_of: Client, visitor: Any, hear: Hear, mug: Product, key: str, page: str
    ) -> None:
        address = f"{PRODUCTS}{getattr(mug, key)}/{page}"
        people = [visitor, client_of(BOB.id, "seller"), client_of(ADA.id, "seller"), client_of(STAFF.id, "support")]

        def answers() -> list[int]:
            return [person.get(address).status_code for person in people]

        assert answers() == [200, 200, 200, 200]

        hear(seller_changed(ADA, "suspended"))
        assert answers() == [404, 404, 200, 200]

        hear(seller_changed(ADA, "approved", version=2))
        assert answers() == [200, 200, 200, 200]

    def test_is_told_once_each_time_however_often_it_is_heard(self, told: Any, hear: Hear, mug: Product) -> None:
        for version, status in [(1, "suspended"), (2, "approved"), (1, "suspended"), (2, "approved")]:
            for _ in range(2):
                hear(seller_changed(ADA, status, version=version))

        assert told_of(told, mug) == [(1, "published"), (2, "withheld"), (3, "published")]
        mug.refresh_from_db()
        assert (mug.status, mug.version) == ("published", 3)
        whole = told.facts()[-1]
        assert [variant.sku for variant in whole.variants] == ["MUG"]
        assert whole.categories == (str(mug.category_id),)

    def test_leaves_alone_what_is_not_published(self, told: Any, hear: Hear) -> None:
        for status in ("draft", "archived"):
            product(status, author=ADA, status=status)
        before = len(told)

        hear(seller_changed(ADA, "suspended"))
        hear(seller_changed(ADA, "approved", version=2))

        assert statuses(["draft", "archived"]) == ["draft", "archived"]
        assert len(told) == before

    def test_is_still_changed_and_taken_away(self, client_of: Client, told: Any, hear: Hear, mug: Product) -> None:
        hear(seller_changed(ADA, "suspended"))
        client = client_of(ADA.id, "seller")

        renamed = client.patch(f"{PRODUCTS}mug/", {"title": "Great Mug", "status": "published"})
        client.delete(f"{PRODUCTS}mug/")
        hear(seller_changed(ADA, "approved", version=2))

        assert (renamed.status_code, renamed.json()["status"]) == (200, "published")
        assert told_of(told, mug)[1:] == [(2, "withheld"), (3, "withheld"), (4, "archived")]

    def test_is_found_by_the_shops_new_name(self, visitor: Any, hear: Hear, mug: Product) -> None:
        assert visitor.get(PRODUCTS, {"search": "babbage"}).json()["results"] == []

        hear(seller_changed(ADA, "approved", name="Babbage Ltd"))

        [item] = visitor.get(PRODUCTS, {"search": "babbage"}).json()["results"]
        assert item["seller"] == {"id": str(ADA.id), "name": "Babbage Ltd"}
        mug.refresh_from_db()
        assert mug.version == 1


@pytest.mark.parametrize("status", ["pending", "suspended"])
@pytest.mark.parametrize("who", [(ADA.id, "seller"), (STAFF.id, "support")], ids=["its seller", "staff"])
class TestNotApproved:
    BODY = {"title": "Mug", "price": {"amount": "1", "currency": "USD"}}

    @pytest.fixture(autouse=True)
    def ada(self, status: str) -> SellerProfile:
        return SellerProfileFactory(id=ADA.id, status=status)

    def body(self, who: tuple[Any, ...], **fields: str) -> dict[str, Any]:
        named = {"seller": str(ADA.id)} if "support" in who else {}
        return {**self.BODY, **named, **fields}

    def test_begins_with_drafts(self, client_of: Client, who: tuple[Any, ...]) -> None:
        answer = client_of(*who).post(PRODUCTS, self.body(who))

        assert (answer.status_code, answer.json()["status"]) == (201, "draft")

    def test_publishes_nothing_new(self, client_of: Client, who: tuple[Any, ...]) -> None:
        answer = client_of(*who).post(PRODUCTS, self.body(who, status="published"))

        assert (answer.status_code, answer.json()["code"]) == (403, "seller_not_approved")
        assert not Product.objects.exists()

    @pytest.mark.parametrize("before", ["draft", "archived"])
    def test_publishes_nothing_that_is_there(self, client_of: Client, who: tuple[Any, ...], before: str) -> None:
        mug = product(author=ADA, status=before)

        answer = client_of(*who).patch(f"{PRODUCTS}{mug.id}/", {"status": "published"})

        assert (answer.status_code, answer.json()["code"]) == (403, "seller_not_approved")
        assert statuses(["MUG"]) == [before]


class TestLargeShop:
    """One whose products do not all follow at once."""

    SKUS = [f"MUG-{number}" for number in range(7)]

    @pytest.fixture(autouse=True)
    def shop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(following, "AT_ONCE", 2)
        for sku in self.SKUS:
            product(sku, author=ADA)
        product("CUP", author=BOB)

    def test_is_closed_at_once(self, visitor: Any, hear: Hear) -> None:
        slugs = [item["slug"] for item in visitor.get(f"{PRODUCTS}?seller={ADA.id}").json()["results"]]
        assert [visitor.get(f"{PRODUCTS}{slug}/").status_code for slug in slugs] == [200] * 7

        hear(seller_changed(ADA, "suspended"))

        assert statuses(self.SKUS).count("published") == 5
        assert len(visitor.get(PRODUCTS).json()["results"]) == 1
        assert visitor.get(f"{PRODUCTS}?seller={ADA.id}").json()["results"] == []
        assert [visitor.get(f"{PRODUCTS}{slug}/").status_code for slug in slugs] == [404] * 7

    def test_is_told_whole_in_the_end_and_once(self, told: Any, hear: Hear) -> None:
        before = len(told.named(ProductChanged))
        hear(seller_changed(ADA, "suspended"))

        for _ in range(2):
            services.follow_sellers()

        facts = told.named(ProductChanged)[before:]
        assert len({fact.product_id for fact in facts}) == len(facts) == 7
        assert {(fact.version, fact.status) for fact in facts} == {(2, "withheld")}
        assert SellerProfile.objects.get(id=ADA.id).followed_up_to is None

    def test_opens_again_before_it_was_wholly_closed(self, visitor: Any, hear: Hear) -> None:
        hear(seller_changed(ADA, "suspended"))
        hear(seller_changed(ADA, "approved", version=2))
        services.follow_sellers()

        assert statuses(self.SKUS) == ["published"] * 7
        versions = Product.objects.filter(seller=ADA.id).values_list("version", flat=True)
        assert sorted(versions) == [1, 1, 1, 1, 1, 3, 3]
        assert len(visitor.get(f"{PRODUCTS}?seller={ADA.id}").json()["results"]) == 7

    def test_shows_what_comes_back_as_it_comes(self, visitor: Any, hear: Hear) -> None:
        hear(seller_changed(ADA, "suspended"))
        services.follow_sellers()
        shown = []

        hear(seller_changed(ADA, "approved", version=2))
        for _ in range(2):
            shown.append(len(visitor.get(f"{PRODUCTS}?seller={ADA.id}").json()["results"]))
            services.follow_sellers()

        assert shown == [2, 7]

    def test_goes_on_a_bounded_while_and_with_everybody(self, hear: Hear, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(following, "AT_ONCE", 1)
        monkeypatch.setattr(following, "_BATCHES_A_RUN", 3)
        for number in range(6):
            product(f"POT-{number}", author=BOB)
        for somebody in (ADA, BOB):
            hear(seller_changed(somebody, "suspended"))

        services.follow_sellers()

        assert Product.objects.filter(status="withheld").count() == 2 + 3
        # Nine are left, and each of the two sellers ends with a batch that finds nothing more.
        for _ in range(4):
            services.follow_sellers()
        assert Product.objects.filter(status="withheld").count() == 7 + 7
