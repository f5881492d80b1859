"""Which pictures a product shows, by what file_svc told of them before, meanwhile or never."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from common.contracts import ProductChanged
from common.errors import InvalidInput
from product_svc.catalog import services, tasks
from product_svc.catalog.models import Product, ProductImage
from product_svc.catalog.rules import ImageDraft
from tests.product_svc.factories import NOON, STAFF, SellerProfileFactory, Somebody, file_deleted, file_stored, product

pytestmark = pytest.mark.django_db

SELLER = Somebody(UUID(int=1))
COLLEAGUE = Somebody(UUID(int=8), "Alex Admin", is_staff=True)
FILE = UUID(int=100)
LATER = NOON + timedelta(minutes=11)
Hear = Callable[..., bool]


def show(*file_ids: UUID, author: Somebody = SELLER, **fields: Any) -> Product:
    """A product with these pictures."""
    return product(f"SKU-{uuid.uuid4()}", author=author, images=[ImageDraft(file_id=id_) for id_ in file_ids], **fields)


def reshow(mug: Product, *file_ids: UUID, editor: Somebody = SELLER) -> Product:
    """It, with other pictures."""
    changes = {"images": [ImageDraft(file_id=file_id) for file_id in file_ids]}
    return services.change_product(editor=editor, key=str(mug.id), changes=changes, now=NOON)


def shown(mug: Product) -> list[tuple[int, UUID]]:
    """Its pictures and their places."""
    return list(mug.images.values_list("position", "file_id"))


class TestKnown:
    def test_is_shown_to_everybody_when_nothing_speaks_against_it(self, hear: Hear) -> None:
        hear(file_stored(FILE, owner_id=SELLER.id))

        mug = show(FILE)

        assert shown(mug) == [(0, FILE)]
        assert not ProductImage.objects.filter(awaited_since__isnull=False).exists()

    @pytest.mark.parametrize(
        "told",
        [
            {"owner_id": uuid.uuid4()},
            {"content_type": "application/pdf", "purpose": "download"},
            {"content_type": "image/png", "purpose": "avatar"},
            {"visibility": "private"},
        ],
    )
    def test_is_refused_by_its_place(self, hear: Hear, client_of: Callable[..., Any], told: dict[str, Any]) -> None:
        good, unknown = uuid.uuid4(), uuid.uuid4()
        hear(file_stored(good, owner_id=SELLER.id))
        hear(file_stored(FILE, **{"owner_id": SELLER.id, **told}))
        seller, images = client_of(SELLER.id, "seller"), [str(good), str(unknown), str(FILE)]
        mug = show(good)

        made = seller.post(
            "/api/v1/products/",
            {"title": "Pot", "price": {"amount": "1", "currency": "USD"}, "images": images},
        )
        changed = seller.patch(f"/api/v1/products/{mug.id}/", {"images": images})

        assert (made.status_code, changed.status_code) == (400, 400)
        assert list(made.json()["errors"]) == list(changed.json()["errors"]) == ["images.2"]
        assert (Product.objects.count(), shown(mug)) == (1, [(0, good)])

    def test_is_refused_when_it_was_deleted(self, hear: Hear) -> None:
        hear(file_deleted(FILE, owner_id=SELLER.id))
        hear(file_stored(FILE, owner_id=SELLER.id))

        with pytest.raises(InvalidInput):
            show(FILE)


class TestStaff:
    def test_show_theirs_and_their_colleagues_on_any_product(self, hear: Hear) -> None:
        theirs, colleagues = uuid.uuid4(), uuid.uuid4()
        hear(file_stored(theirs, owner_id=STAFF.id))
        hear(file_stored(colleagues, owner_id=COLLEAGUE.id))
        mug = show()

        reshow(mug, theirs, colleagues, editor=STAFF)

        assert len(shown(mug)) == len(shown(show(theirs, colleagues, author=STAFF))) == 2

    def test_show_a_sellers_only_on_the_sellers_own(self, hear: Hear) -> None:
        hear(file_stored(FILE, owner_id=SELLER.id))
        mug = show(author=SELLER)

        reshow(mug, FILE, editor=STAFF)

        assert shown(mug) == [(0, FILE)]
        with pytest.raises(InvalidInput):
            show(FILE, author=STAFF)
        with pytest.raises(InvalidInput):
            show(FILE, author=STAFF, seller=SellerProfileFactory().id)

    def test_leave_pictures_that_a_seller_may_keep_but_not_take(self, hear: Hear) -> None:
        hear(file_stored(FILE, owner_id=STAFF.id))
        mug, other = show(author=SELLER), show(author=SELLER)
        reshow(mug, FILE, editor=STAFF)

        reshow(mug, FILE, editor=SELLER)

        assert shown(mug) == [(0, FILE)]
        with pytest.raises(InvalidInput):
            reshow(other, FILE, editor=SELLER)


class TestAwaited:
    def test_stays_when_its_fact_is_good(self, hear: Hear, told: Any) -> None:
        mug = show(FILE)
        before = len(told)

        hear(file_stored(FILE, owner_id=SELLER.id))
        services.give_up_awaited_pictures(now=LATER)

        assert shown(mug) == [(0, FILE)]
        assert len(told) == before

    @pytest.mark.parametrize(
        "told_of_it", [{"owner_id": uuid.uuid4()}, {"visibility": "private"}, {"purpose": "avatar"}]
    )
    def test_is_taken_off_when_its_fact_is_not(self, hear: Hear, told: Any, told_of_it: dict[str, Any]) -> None:
        first, last = uuid.uuid4(), uuid.uuid4()
        mug = show(first, FILE, last)

        hear(file_stored(FILE, **{"owner_id": SELLER.id, **told_of_it}))

        assert shown(mug) == [(0, first), (1, last)]
        assert [fact.version for fact in told.named(ProductChanged)] == [1, 2]

    def test_is_judged_on_each_product_by_itself(self, hear: Hear) -> None:
        own, others, placed = show(FILE), show(FILE, author=Somebody(uuid.uuid4())), show(FILE, author=STAFF)

        hear(file_stored(FILE, owner_id=STAFF.id))

        assert (shown(own), shown(others), shown(placed)) == ([], [], [(0, FILE)])

    def test_is_taken_off_when_nothing_is_ever_told(self, told: Any, caplog: Any) -> None:
        mug = show(FILE)
        reshow(mug, uuid.uuid4(), FILE)

        tasks.give_up_awaited_pictures()

        assert shown(mug) == []
        assert told.facts()[-1].version == mug.version + 3
        assert "Nobody ever told of this file." in caplog.text

    def test_is_given_ten_minutes_from_when_it_first_stood_there(self) -> None:
        mug = show(FILE)
        services.give_up_awaited_pictures(now=NOON + timedelta(minutes=9))
        assert shown(mug) == [(0, FILE)]

        reshow(mug, FILE)
        services.give_up_awaited_pictures(now=LATER)

        assert shown(mug) == []

    def test_may_come_back_after_it_was_given_up(self, hear: Hear) -> None:
        mug = show(FILE)
        services.give_up_awaited_pictures(now=LATER)
        hear(file_stored(FILE, owner_id=SELLER.id))

        reshow(mug, FILE)

        assert shown(mug) == [(0, FILE)]


class TestDeleted:
    def test_is_taken_off_every_product_once(self, hear: Hear, told: Any) -> None:
        hear(file_stored(FILE, owner_id=STAFF.id))
        other = uuid.uuid4()
        mugs = [show(FILE, other, author=STAFF), show(other, FILE, author=STAFF), show(FILE, author=STAFF)]
        before = len(told)

        for _ in range(2):
            hear(file_deleted(FILE, owner_id=STAFF.id))

        assert [shown(mug) for mug in mugs] == [[(0, other)], [(0, other)], []]
        assert sorted(fact.product_id for fact in told.facts()[before:]) == sorted(str(mug.id) for mug in mugs)

    def test_keeps_what_others_wrote_about_the_rest(self, hear: Hear) -> None:
        kept = ImageDraft(file_id=uuid.uuid4(), alt="A mug")
        mug = product(author=SELLER, images=[ImageDraft(file_id=FILE), kept])

        hear(file_deleted(FILE, owner_id=SELLER.id))

        image = mug.images.get()
        assert (image.alt, image.awaited_since, image.position) == ("A mug", NOON, 0)

    def test_is_nothing_to_those_that_do_not_show_it(self, hear: Hear, told: Any) -> None:
        show(uuid.uuid4())
        before = len(told)

        hear(file_deleted(FILE, owner_id=SELLER.id))

        assert len(told) == before


class TestCost:
    @pytest.mark.parametrize("count", [1, 20])
    def test_does_not_grow_with_the_pictures(
        self, hear: Hear, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        mug = show()
        files = [uuid.uuid4() for _ in range(count)]
        for file_id in files:
            hear(file_stored(file_id, owner_id=SELLER.id))

        with django_assert_num_queries(16):
            reshow(mug, *files)
