"""People who fill the catalogue at the same time, on real connections."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from common.errors import InvalidInput
from product_svc.catalog import errors, rules, selectors, services
from product_svc.catalog.models import Category, Product, ProductImage
from tests.product_svc.factories import (
    NOON,
    STAFF,
    CategoryFactory,
    Somebody,
    file_deleted,
    file_stored,
    product,
    seller_changed,
)
from tests.product_svc.races import PEOPLE, together

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25


def move(slug: str, *, below: str | None) -> Callable[[], object]:
    """Somebody puts a category elsewhere."""
    return lambda: services.change_category(key=slug, changes={"parent": below})


class TestCategories:
    def test_two_moves_never_make_a_circle(self) -> None:
        for _ in range(ROUNDS):
            CategoryFactory(slug="lamps")
            CategoryFactory(slug="boats")

            results = together(move("lamps", below="boats"), move("boats", below="lamps"))

            assert results.count(InvalidInput) == 1
            assert len(selectors.category_tree()) == 1
            Category.objects.exclude(parent=None).delete()
            Category.objects.all().delete()

    def test_many_moves_never_lose_a_category(self) -> None:
        slugs = [CategoryFactory().slug for _ in range(4)]
        moves = [move(slug, below=below) for slug, below in itertools.permutations(slugs, 2)]

        for _ in range(5):
            together(*moves)

        trees = selectors.category_tree()
        assert sum(len(rules.branch_of(tree.id, selectors.parents_of_categories())) for tree in trees) == 4

    def test_two_moves_never_make_a_branch_too_deep(self) -> None:
        half = rules.MAX_CATEGORY_DEPTH // 2
        for name, length in [("upper", half), ("lower", half), ("more", 1)]:
            for depth in range(length):
                parent = Category.objects.filter(slug=f"{name}-{depth - 1}").first()
                CategoryFactory(slug=f"{name}-{depth}", parent=parent)

        for _ in range(ROUNDS):
            results = together(
                move("lower-0", below=f"upper-{half - 1}"),
                move("upper-0", below="more-0"),
            )

            assert results.count(InvalidInput) == 1
            together(move("lower-0", below=None), move("upper-0", below=None))

    def test_a_slug_is_given_once(self, client_of: Callable[..., Any]) -> None:
        staff = uuid.uuid4()

        def create() -> int:
            body = {"slug": "lamps", "name": "Lamps"}
            return int(client_of(staff, "admin").post("/api/v1/categories/", body).status_code)

        def rename(slug: str) -> int:
            return int(client_of(staff, "admin").patch(f"/api/v1/categories/{slug}/", {"slug": "lamps"}).status_code)

        for number in range(10):
            slug = CategoryFactory(slug=f"boats-{number}").slug
            answers = together(create, create, create, lambda slug=slug: rename(slug))

            assert answers.count(409) == 3
            Category.objects.filter(slug="lamps").delete()

    def test_a_product_is_never_put_into_one_that_is_gone(self) -> None:
        outcomes = set()
        for number in range(ROUNDS):
            shelf = CategoryFactory(slug=f"shelf-{number}").slug

            made, taken_down = together(
                lambda shelf=shelf, number=number: product(f"MUG-{number}", category=shelf),
                lambda shelf=shelf: services.delete_category(key=shelf),
            )

            outcomes.add((isinstance(made, Product), taken_down is None))
        assert outcomes <= {(True, False), (False, True)}


class TestProducts:
    def test_a_sku_is_given_once_and_named_to_the_others(self) -> None:
        refusals: list[dict[str, list[str]]] = []

        def create(number: int) -> object:
            variants = [rules.VariantDraft(sku=f"MINE-{number}"), rules.VariantDraft(sku="THE-ONE")]
            try:
                return product(title=f"Mug {number}", variants=variants)
            except errors.SkuTaken as refusal:
                refusals.append(refusal.errors)
                raise

        results = together(*(lambda number=number: create(number) for number in range(PEOPLE)))

        assert sum(isinstance(result, Product) for result in results) == 1
        assert refusals == [{"variants.1.sku": ["THE-ONE is taken."]}] * (PEOPLE - 1)

    def test_skus_wanted_crosswise_do_not_wait_in_a_circle(self) -> None:
        for number in range(10):
            there = [rules.VariantDraft(sku=f"{name}-{number}") for name in "AB"]

            results = together(
                lambda there=there: product(title="Mug", variants=there),
                lambda there=there: product(title="Pot", variants=there[::-1]),
            )

            assert results.count(errors.SkuTaken) == 1


def show(mug: Product, *file_ids: uuid.UUID) -> Callable[[], object]:
    """Staff show a product with these pictures."""
    images = [rules.ImageDraft(file_id=file_id) for file_id in file_ids]
    return lambda: services.change_product(editor=STAFF, key=mug.slug, changes={"images": images}, now=NOON)


class TestImages:
    def test_a_deleted_picture_is_shown_nowhere(self) -> None:
        mug = product()
        for _ in range(ROUNDS):
            file_id = uuid.uuid4()
            services.judge_stored_picture(file=file_stored(file_id, owner_id=STAFF.id))
            gone = file_deleted(file_id, owner_id=STAFF.id)

            together(show(mug, file_id), lambda gone=gone: services.take_off_deleted_picture(file=gone))

            assert not ProductImage.objects.filter(file_id=file_id).exists()

    @pytest.mark.parametrize("visibility", ["public", "private"])
    def test_a_fact_that_comes_meanwhile_is_not_missed(self, visibility: str) -> None:
        mug = product()
        for _ in range(ROUNDS):
            file_id = uuid.uuid4()
            fact = file_stored(file_id, owner_id=STAFF.id, visibility=visibility)

            together(show(mug, file_id), lambda fact=fact: services.judge_stored_picture(file=fact))

            shown = ProductImage.objects.filter(file_id=file_id)
            assert shown.exists() == (visibility == "public")
            assert not shown.filter(awaited_since__isnull=False).exists()

    def test_nobody_waits_in_a_circle(self) -> None:
        mug, pot = product("MUG", title="Mug"), product("POT", title="Pot")
        for _ in range(10):
            one, two = uuid.uuid4(), uuid.uuid4()

            together(
                show(mug, one, two),
                show(pot, two, one),
                *(
                    lambda file_id=file_id: services.take_off_deleted_picture(
                        file=file_deleted(file_id, owner_id=STAFF.id)
                    )
                    for file_id in (one, two)
                ),
                lambda: services.give_up_awaited_pictures(now=NOON),
                show(mug, two),
            )

            assert not ProductImage.objects.filter(file_id__in=[one, two]).exists()


class TestSellers:
    def test_nothing_is_published_in_the_name_of_whoever_was_just_suspended(self) -> None:
        for number in range(ROUNDS):
            ada = Somebody(uuid.uuid4())
            draft = product(f"DRAFT-{number}", author=ada, status="draft")
            product(f"MUG-{number}", author=ada)

            results = together(
                partial(services.keep_shop, shop=seller_changed(ada, "suspended")),
                partial(product, f"NEW-{number}", author=ada),
                partial(publish, draft, editor=ada),
                partial(publish, draft, editor=STAFF),
            )

            assert all(result is errors.SellerNotApproved or isinstance(result, Product) for result in results[1:])
            assert not Product.objects.filter(seller=ada.id, status="published").exists()


def publish(draft: Product, *, editor: Somebody) -> Product:
    """Somebody puts it into the shop."""
    return services.change_product(editor=editor, key=str(draft.id), changes={"status": "published"}, now=NOON)
