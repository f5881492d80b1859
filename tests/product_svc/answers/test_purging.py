"""Each kind of change makes old exactly what it touched."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from redis.exceptions import RedisError

from common.contracts import ProductChanged, ShowingChanged, UserRegistered
from common.events.models import InboxMessage
from common.money import Money
from common.testing.private_redis import PrivateRedis
from product_svc.answers import services as answers
from product_svc.catalog import errors, events, services
from product_svc.catalog.models import Product
from product_svc.catalog.rules import ImageDraft
from product_svc.inventory import services as inventory
from tests.product_svc.answers.shop import ADA, Shop, each
from tests.product_svc.conftest import forget_everything
from tests.product_svc.factories import NOON, STAFF, file_deleted, file_stored, line, product
from tests.product_svc.reviews.factories import buyer_of, review

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = uuid.UUID(int=9)
PICTURE = uuid.UUID(int=8)
LISTS = {"all", "search", "ada"} | each("lamps", "home")
PRODUCT = LISTS | each("lamp")


@pytest.fixture
def shop(visitor: Any) -> Shop:
    shop = Shop(visitor)
    shop.read_all()
    return shop


def adjust(delta: int) -> None:
    inventory.adjust_stock(owner_id=None, sku="LAMP", delta=delta, reason="counted", now=NOON)


def reserve() -> None:
    inventory.reserve_stock(order_id=ORDER, lines=[line("LAMP", 1)], now=NOON)


def change_category(key: str, **changes: Any) -> None:
    services.change_category(key=key, changes=changes)


def rename_ada(name: str) -> None:
    services.keep_seller(seller_id=ADA.id, name=name, version=7)


def made_old_by(facts: list[Any], shop: Shop) -> set[str]:
    """The names of the addresses whose answers whoever heard these facts would no longer give."""
    shown = [fact for fact in facts if isinstance(fact, ShowingChanged)]
    changed = [fact for fact in facts if isinstance(fact, ProductChanged)]
    keys = {key for fact in shown for key in fact.products} | {
        key for fact in changed for key in (fact.product_id, fact.slug)
    }
    old = {name for name, path in shop.addresses.items() if path.split("/")[4:5] and path.split("/")[4] in keys}
    if changed or any(fact.lists for fact in shown):
        old |= {name for name, path in shop.addresses.items() if path.split("?")[0] == "/api/v1/products/"}
    return old | ({"tree"} if any(fact.categories for fact in shown) else set())


def told_of_pages(told: Any) -> list[set[str]]:
    """The pages that are old, by each fact that names some."""
    return [set(fact.products) for fact in told.named(ShowingChanged) if fact.products]


CHANGES: dict[str, tuple[Callable[[Shop], object], set[str]]] = {
    "a product's price": (lambda shop: shop.change(price=Money(1, "USD")), PRODUCT),
    "a product's title": (lambda shop: shop.change(title="Lantern"), PRODUCT),
    "a product's pictures": (lambda shop: shop.change(images=[ImageDraft(file_id=PICTURE)]), PRODUCT),
    "a product is hidden": (lambda shop: shop.change(status="draft"), PRODUCT),
    "a product is archived": (lambda _: services.archive_product(editor=STAFF, key="lamp"), PRODUCT),
    "a product goes elsewhere": (lambda shop: shop.change(category="sheds"), PRODUCT | each("sheds", "garden")),
    "a product goes nowhere": (lambda shop: shop.change(category=None), PRODUCT),
    "a product is rated": (lambda shop: review(shop.lamp, author=buyer_of("LAMP")), PRODUCT),
    "a new product": (lambda _: product("NEW", author=ADA, category="lamps"), LISTS),
    "a new product nowhere": (lambda _: product("NEW", author=ADA), {"all", "search", "ada"}),
    "there is less of it": (lambda _: adjust(-9), each("lamp")),
    "there is none of it": (lambda _: adjust(-10), PRODUCT),
    "it is put aside": (lambda _: reserve(), each("lamp")),
    "a new category": (lambda _: services.create_category(slug="new", name="New", parent="lamps"), {"tree"}),
    "a category is taken down": (lambda _: services.delete_category(key="sheds"), {"tree"}),
    "a category is moved": (
        lambda _: change_category("lamps", parent="garden"),
        {"tree"} | each("lamps", "home", "garden"),
    ),
    "a category is renamed": (lambda _: change_category("lamps", name="Lights"), {"tree"} | PRODUCT),
    "a category has another slug": (lambda _: change_category("lamps", slug="lights"), {"tree"} | PRODUCT),
    "an empty category is renamed": (
        lambda _: change_category("desk", name="Table"),
        {"tree"} | each("desk", "lamps", "home"),
    ),
    "a seller is renamed": (lambda _: rename_ada("Ada King"), PRODUCT),
    "a seller has the same name": (lambda _: rename_ada(ADA.name), set()),
    "nothing": (lambda shop: shop.change(), set()),
}


@pytest.mark.parametrize("name", CHANGES)
class TestChange:
    def test_makes_old_what_it_touched_and_nothing_else(self, shop: Shop, name: str) -> None:
        change, touched = CHANGES[name]

        change(shop)

        assert shop.computed_anew() == touched

    def test_is_told_to_whoever_keeps_answers_elsewhere(self, shop: Shop, told: Any, name: str) -> None:
        change, touched = CHANGES[name]
        before = len(told)

        change(shop)
        answers.tell_of_untold_pages()

        assert touched <= made_old_by(told.facts()[before:], shop)

    def test_shows_everywhere_at_once(self, shop: Shop, name: str) -> None:
        CHANGES[name][0](shop)

        shown = shop.read_all()

        forget_everything()
        assert shown == shop.read_all()


class TestLater:
    """What follows upon another change."""

    def test_what_is_sold_was_not_there_before(self, shop: Shop) -> None:
        reserve()
        shop.read_all()

        inventory.sell_stock(order_id=ORDER, now=NOON)

        assert shop.computed_anew() == set()

    def test_what_is_given_back_is_there_again(self, shop: Shop) -> None:
        reserve()
        shop.read_all()

        inventory.release_stock(order_id=ORDER, now=NOON)

        assert shop.computed_anew() == each("lamp")

    def test_what_is_given_back_is_told(self, shop: Shop, told: Any) -> None:
        reserve()

        answers.tell_of_untold_pages()

        inventory.release_stock(order_id=ORDER, now=NOON)
        answers.tell_of_untold_pages()

        assert told_of_pages(told) == [{str(shop.lamp.id), "lamp"}] * 2

    def test_what_several_orders_changed_is_told_once_and_together(self, shop: Shop, told: Any) -> None:
        for number, sku in enumerate(["LAMP", "SPADE", "LAMP"]):
            inventory.reserve_stock(order_id=uuid.UUID(int=number), lines=[line(sku, 1)], now=NOON)

        answers.tell_of_untold_pages()
        answers.tell_of_untold_pages()

        assert told_of_pages(told) == [{str(shop.lamp.id), "lamp", str(shop.spade.id), "spade"}]

    def test_more_than_can_be_named_together_are_told_as_everything(
        self, shop: Shop, told: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("product_svc.answers.services._MOST_NAMED", 1)
        for number, sku in enumerate(["LAMP", "SPADE"]):
            inventory.reserve_stock(order_id=uuid.UUID(int=number), lines=[line(sku, 1)], now=NOON)

        answers.tell_of_untold_pages()

        assert told.named(ShowingChanged)[-1].everything

    @pytest.mark.parametrize(
        "rename", [lambda: change_category("lamps", name="Lights"), lambda: rename_ada("Ada King")]
    )
    def test_very_many_are_not_looked_up_one_by_one(
        self, shop: Shop, told: Any, monkeypatch: Any, rename: Callable[[], None]
    ) -> None:
        monkeypatch.setattr("product_svc.answers.services._MOST_FORGOTTEN_BY_NAME", 1)
        product("TORCH", title="Torch", author=ADA, category="lamps")
        shop.read_all()
        before = len(told)

        rename()

        assert shop.computed_anew() >= set(shop.addresses) - {"tree"}
        assert [fact.everything for fact in told.facts()[before:] if fact.everything] == [True]

    def test_more_than_can_be_named_are_told_as_everything(self, shop: Shop, told: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("product_svc.answers.services._MOST_NAMED", 1)

        with transaction.atomic():
            facts = answers.forget_products([shop.lamp.id, shop.spade.id])

        assert [fact.everything for fact in facts] == [True]

    def test_a_picture_that_is_deleted_is_shown_nowhere(self, shop: Shop, hear: Any) -> None:
        hear(file_stored(PICTURE, owner_id=ADA.id))
        shop.change(images=[ImageDraft(file_id=PICTURE)])
        shop.read_all()

        hear(file_deleted(PICTURE, owner_id=ADA.id))

        assert shop.computed_anew() == PRODUCT

    def test_a_change_that_is_refused_is_none(self, shop: Shop) -> None:
        with pytest.raises(errors.SkuTaken):
            product("LAMP", author=ADA, category="lamps")

        assert shop.computed_anew() == set()


class TestHearing:
    """When whoever made a change died before anything was forgotten."""

    def test_makes_up_for_it(self, shop: Shop, hear: Any) -> None:
        left = shop.lamp.category_id
        Product.objects.filter(id=shop.lamp.id).update(category=shop.categories["sheds"], title="Lantern")
        lamp = Product.objects.get(id=shop.lamp.id)

        hear(events.product_changed(lamp, [], left=left))

        assert shop.computed_anew() == PRODUCT | each("sheds", "garden")

    def test_of_an_old_fact_that_names_no_category_still_forgets(self, shop: Shop, hear: Any) -> None:
        told = {"seller_id": str(ADA.id), "slug": "lamp", "title": "Lamp", "status": "published", "variants": ()}

        hear(ProductChanged(version=2, product_id=str(shop.lamp.id), **told))

        assert shop.computed_anew() == PRODUCT

    def test_is_tried_again_while_redis_is_away(self, shop: Shop, hear: Any, redis: PrivateRedis) -> None:
        fact = events.product_changed(shop.lamp, [])
        redis.kill()
        with pytest.raises(RedisError):
            hear(fact)

        assert not InboxMessage.objects.exists()
        redis.start()
        assert hear(fact)


def test_hearing_of_a_renamed_seller_forgets(shop: Shop, hear: Any) -> None:
    fact = UserRegistered(
        version=8, user_id=str(ADA.id), email="ada@example.com", full_name="Ada King", roles=("seller",)
    )

    hear(fact)

    assert shop.computed_anew() == PRODUCT
